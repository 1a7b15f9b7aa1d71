using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Failures;
using Millrace.Api.Shared.Gateway;
using Millrace.Core.Settings;

namespace Millrace.Api.OpenAi;

/// <summary>The model gateway in OpenAI's form: any of its client libraries can use this server as its base address.</summary>
public static class OpenAiSurface
{
    internal const string Name = "openai";

    private static readonly RateHeaders RateHeaders = new(
        "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
        static (reset, now) =>
            Math.Max(0, (long)(reset - now).TotalMilliseconds)
                .ToString(CultureInfo.InvariantCulture) + "ms"
    );

    public static IServiceCollection AddOpenAi(this IServiceCollection services)
    {
        services.AddModelGateway();
        services.AddSingleton<IFailureWriter, OpenAiFailures>();
        services.AddSingleton<ChatRoute>();
        services.AddSingleton<EmbeddingsRoute>();
        return services.AddSurfaceDocument(
            new SurfaceDocument(
                Name,
                "Models, OpenAI's form",
                ServerVersion.Text,
                "The models of this server for client libraries of OpenAI: set their base address to /v1.",
                new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" }
            )
        );
    }

    public static void MapOpenAi(this IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/v1")
            .WithGroupName(Name)
            .WithTags("Models")
            .WithMetadata(RateHeaders)
            .BehindGatewayDoor();
        routes.MapModels();
        routes.MapChat();
        routes.MapEmbeddings();
    }
}
