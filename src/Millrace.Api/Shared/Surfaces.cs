using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.Shared.Failures;
using Millrace.Core.Settings;

namespace Millrace.Api.Shared;

/// <summary>What all surfaces stand on: the way of a request before it reaches an endpoint, and of an answer after.</summary>
public static class Surfaces
{
    public static IServiceCollection AddSurfaces(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<BodyOptions>(configuration);
        services.AddSingleton<BodyBudget>();
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            // Streams are missing here on purpose: a compressor would hold their frames back. (t-backend §2)
            options.MimeTypes =
            [
                "application/json",
                "text/html",
                "text/css",
                "text/javascript",
                "application/javascript",
            ];
        });
        services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            // Each route has a limit of its own, held while reading (RequestBody).
            options.Limits.MaxRequestBodySize = null;
        });
        services.Configure<JsonOptions>(options =>
        {
            var json = options.SerializerOptions;
            json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        return services;
    }

    /// <summary>Goes first in the pipeline, before anything that may answer.</summary>
    public static IApplicationBuilder UseSurfaces(this WebApplication app)
    {
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<Cors>();
        app.UseResponseCompression();
        app.UseMiddleware<FailureHandling>();
        return app.UseRouting();
    }

    /// <summary>A route that is read, by GET or HEAD.</summary>
    internal static RouteHandlerBuilder MapRead(
        this IEndpointRouteBuilder routes,
        string pattern,
        Delegate handler
    ) => routes.MapMethods(pattern, ["GET", "HEAD"], handler);
}
