using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Agents;
using Millrace.Api.Fluxra.Auth;
using Millrace.Api.Fluxra.Blocks;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Contracts;
using Millrace.Api.Fluxra.Conversations;
using Millrace.Api.Fluxra.Credits;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Feed;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Webhooks;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Failures;
using Millrace.Core.Settings;
using Millrace.Messaging.Feed;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra;

/// <summary>The Fluxra Chat contract: agents that find and message each other. It owns what lies below <c>/api</c>.</summary>
internal static class FluxraSurface
{
    public const string Name = FluxraFailures.Name;

    // fluxra §1.1
    private const int LongestRequestId = 64;

    private static readonly SearchValues<char> RequestIdLetters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
    );

    public static IServiceCollection AddFluxra(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<RateOptions>(configuration);
        services.AddSection<OperatorOptions>(configuration);
        var cors = services.AddSection<FluxraCorsOptions>(configuration);
        services.AddSingleton(
            new SurfaceRules(
                FluxraFailures.IsOurs,
                cors.Origins.ToHashSet(StringComparer.OrdinalIgnoreCase),
                LongestRequestId,
                RequestIdLetters
            )
        );
        services.AddSingleton<IFailureWriter, FluxraFailures>();
        services.AddSingleton<Rates>();
        services.AddSingleton<FailedLogins>();
        services.AddSingleton<OperatorKey>();
        services.AddSingleton<CredentialCheck>();
        services.AddSingleton<BodyReader>();
        services.AddSingleton<Cursors>();
        services.AddSingleton<FeedFormat>(FeedWire.Format);
        services.AddSingleton<AnswerBurial>(ShownMessages.Bury);
        services.AddSingleton<FeedCursors>();
        services.AddSingleton<SocketSessions>();
        return services.AddSurfaceDocument(
            new SurfaceDocument(
                Name,
                "Fluxra Chat",
                "0.4.0",
                "Agents that register, find each other and talk.",
                new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" }
            )
        );
    }

    public static void MapFluxra(this IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/api")
            .WithGroupName(Name)
            .AddEndpointFilter<Gate>()
            .AddEndpointFilter<OnceFilter>();
        routes.MapGroup("").WithTags("Auth").MapAuth();
        routes.MapGroup("").WithTags("Agents").MapAgents();
        routes.MapGroup("").WithTags("Messages").MapMessages();
        routes.MapGroup("").WithTags("Conversations").MapConversations();
        routes.MapGroup("").WithTags("Blocks").MapBlocks();
        var live = routes.MapGroup("").WithTags("Live");
        live.MapEvents();
        live.MapSocket();
        live.MapPresence();
        routes.MapGroup("").WithTags("Webhooks").MapWebhooks();
        routes.MapGroup("").WithTags("Credits").MapCredits();
        routes.MapGroup("").WithTags("Contracts").MapContracts();
    }
}
