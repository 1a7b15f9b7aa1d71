using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Millrace.Core.Telemetry;

/// <summary>Strikes credentials out of log records before they are exported.</summary>
internal sealed class RedactedLogs : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.FormattedMessage is { } message)
            data.FormattedMessage = Redaction.Apply(message);
        List<KeyValuePair<string, object?>> attributes =
        [
            .. (data.Attributes ?? []).Select(pair => new KeyValuePair<string, object?>(
                pair.Key,
                Redaction.OfValue(pair.Key, pair.Value)
            )),
        ];
        // An exception cannot be changed, so its text goes in its place, by the names of the convention.
        if (data.Exception is { } exception)
        {
            attributes.Add(new("exception.type", exception.GetType().FullName));
            attributes.Add(new("exception.message", Redaction.Apply(exception.Message)));
            attributes.Add(new("exception.stacktrace", Redaction.Apply(exception.ToString())));
            data.Exception = null;
        }
        data.Attributes = attributes;
    }
}
