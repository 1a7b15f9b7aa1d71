using Millrace.Core.Settings;

namespace Millrace.Core.Telemetry;

/// <summary>Where traces, metrics and logs go beside the console and <c>/metrics</c>.</summary>
public sealed class TelemetryOptions : ISection
{
    public static string Name => "Telemetry";

    /// <summary>
    /// An OTLP collector's base address over HTTP, such as <c>http://localhost:4318</c>. Empty: what the standard
    /// variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says, and no export without it.
    /// </summary>
    public string OtlpEndpoint { get; init; } = "";

    /// <summary>The name that this installation carries in traces.</summary>
    public string ServiceName { get; init; } = "millrace";

    /// <summary>How the console is written: <c>auto</c> (text on a terminal, else JSON), <c>json</c> or <c>text</c>.</summary>
    public string Console { get; init; } = "auto";

    /// <summary>Whether each request leaves a line on the console.</summary>
    public bool RequestLog { get; init; } = true;

    internal bool ConsoleIsJson =>
        Console == "json" || (Console == "auto" && System.Console.IsOutputRedirected);

    public IEnumerable<string> Validate()
    {
        if (
            OtlpEndpoint.Length > 0
            && !(
                Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var address)
                && address.Scheme is "http" or "https"
            )
        )
            yield return $"Millrace:Telemetry:OtlpEndpoint: \"{OtlpEndpoint}\" is no http or https address.";
        if (ServiceName.Length == 0)
            yield return "Millrace:Telemetry:ServiceName: must not be empty.";
        if (Console is not ("auto" or "json" or "text"))
            yield return $"Millrace:Telemetry:Console: \"{Console}\" is none of auto, json, text.";
    }
}
