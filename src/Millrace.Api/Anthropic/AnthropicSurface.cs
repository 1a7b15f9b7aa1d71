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

namespace Millrace.Api.Anthropic;

/// <summary>The model gateway in Anthropic's form: any of its client libraries can use this server as its base address.</summary>
public static class AnthropicSurface
{
    internal const string Name = "anthropic";

    private static readonly RateHeaders RateHeaders = new(
        "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
        static (reset, _) => reset.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ")
    );

    public static IServiceCollection AddAnthropic(this IServiceCollection services)
    {
        services.AddModelGateway();
        services.AddSingleton<IFailureWriter, AnthropicFailures>();
        services.AddSingleton<MessagesRoute>();
        services.AddSingleton<CountTokensRoute>();
        return services.AddSurfaceDocument(
            new SurfaceDocument(
                Name,
                "Models, Anthropic's form",
                ServerVersion.Text,
                "The models of this server for client libraries of Anthropic: set their base address to this server.",
                new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey,
                    In = ParameterLocation.Header,
                    Name = "x-api-key",
                }
            )
        );
    }

    public static void MapAnthropic(this IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/v1/messages")
            .WithGroupName(Name)
            .WithTags("Messages")
            .WithMetadata(RateHeaders)
            .BehindGatewayDoor()
            .AddEndpointFilter(
                (context, next) =>
                {
                    // The name under which Anthropic's clients look for it.
                    var response = context.HttpContext.Response;
                    response.Headers["request-id"] = response.Headers["X-Request-ID"];
                    return next(context);
                }
            );
        routes.MapMessages();
        routes.MapCountTokens();
    }
}
