using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Millrace.Core.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Millrace.Core.Telemetry;

public static class TelemetryRegistration
{
    private const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Our own activity sources and meters begin with this.</summary>
    public const string Prefix = "Millrace.";

    /// <summary>What the framework measures and is shown: the rest of it costs each request and tells nobody anything.</summary>
    internal static readonly string[] FrameworkMeters =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
    ];

    /// <summary>
    /// Adds the console's log format, <see cref="MetricsPage"/>, and OTLP export when an address is set. Everything that
    /// is named <c>Millrace.*</c> is exported, beside what ASP.NET and the runtime measure of themselves.
    /// </summary>
    public static IServiceCollection AddTelemetry(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        var options = services.AddSection<TelemetryOptions>(configuration);
        services.TryAddSingleton<MetricsPage>();
        services.AddSingleton<RequestLog>();
        services.AddHostedService(provider => provider.GetRequiredService<RequestLog>());
        services.AddLogging(logging => AddConsole(logging, options));
        if (options.OtlpEndpoint.Length > 0 || configuration[OtlpVariable] is { Length: > 0 })
            AddOtlp(services, options);
        return services;
    }

    private static void AddConsole(ILoggingBuilder logging, TelemetryOptions options)
    {
        logging.ClearProviders();
        logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLines, ConsoleFormatterOptions>();
        logging.AddConsole(console =>
            console.FormatterName = options.ConsoleIsJson
                ? JsonLines.FormatterName
                : TextLines.FormatterName
        );
        // The framework logs each request with its query, in which careless clients put keys.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
    }

    private static void AddOtlp(IServiceCollection services, TelemetryOptions options)
    {
        var version = typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString(3);
        var telemetry = services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.ServiceName, null, version))
            .WithTracing(traces => traces.AddSource($"{Prefix}*", "Microsoft.AspNetCore"))
            .WithMetrics(metrics => metrics.AddMeter([$"{Prefix}*", .. FrameworkMeters]))
            .WithLogging(
                logs => logs.AddProcessor(new RedactedLogs()),
                logs => (logs.IncludeScopes, logs.IncludeFormattedMessage) = (true, true)
            );
        if (options.OtlpEndpoint.Length > 0)
            telemetry.UseOtlpExporter(
                OtlpExportProtocol.HttpProtobuf,
                new Uri(options.OtlpEndpoint)
            );
        else
            telemetry.UseOtlpExporter();
    }
}
