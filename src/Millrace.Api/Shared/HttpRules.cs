using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Failures;
using Millrace.Api.Shared.Idempotency;
using Millrace.Core.Settings;

namespace Millrace.Api.Shared;

/// <summary>What holds for every surface: the way of a request before it reaches an endpoint, and of its answer after.</summary>
internal static class HttpRules
{
    public static IServiceCollection AddHttpRules(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<ProxyOptions>(configuration);
        services.AddSingleton<KeyCheck>();
        services.AddSingleton<AnswerOnce>();
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            // Streams are missing here on purpose: a compressor would hold their frames back. (t-backend §2)
            options.MimeTypes = ["application/json", "text/html", "text/css", "text/javascript"];
        });
        services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            // Each route has a limit of its own, held while reading (BodyBudget).
            options.Limits.MaxRequestBodySize = null;
        });
        services.Configure<JsonOptions>(options =>
        {
            var json = options.SerializerOptions;
            json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
            json.NumberHandling = JsonNumberHandling.Strict;
            json.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        return services;
    }

    public static void UseHttpRules(this WebApplication app)
    {
        if (app.Services.GetRequiredService<ProxyOptions>() is { Trusted.Count: > 0 } proxies)
            app.UseForwardedHeaders(proxies.ToForwarded());
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<AccessLog>();
        app.UseMiddleware<StopLimit>();
        app.UseMiddleware<Cors>();
        app.UseResponseCompression();
        app.UseMiddleware<FailureHandling>();
        app.UseRouting();
        app.UseMiddleware<PathValues>();
    }
}
