using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Millrace.Core.Telemetry;

/// <summary>
/// One JSON object a line: time, level, category, event, message, trace, exception; then the scopes' and the message's
/// own values by their names in snake_case, so that <c>RequestId</c> stands as <c>request_id</c>.
/// </summary>
internal sealed class JsonLines() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "millrace-json";

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // A name stands once in an object: the framework's scopes tell the trace too.
    private static readonly FrozenSet<string> Own = FrozenSet.Create(
        StringComparer.Ordinal,
        "time",
        "level",
        "category",
        "event",
        "message",
        "trace_id",
        "exception"
    );

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString(
                "time",
                TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")
            );
            json.WriteString("level", Level(logEntry.LogLevel));
            json.WriteString("category", logEntry.Category);
            if (logEntry.EventId.Name is { } name)
                json.WriteString("event", name);
            json.WriteString(
                "message",
                Redaction.Apply(logEntry.Formatter(logEntry.State, logEntry.Exception))
            );
            if (Activity.Current is { } activity)
                json.WriteString("trace_id", activity.TraceId.ToHexString());
            if (logEntry.Exception is { } exception)
                json.WriteString("exception", Redaction.Apply(exception.ToString()));
            foreach (var (key, value) in Values(logEntry.State, scopeProvider))
                if (!Own.Contains(key))
                    json.WriteString(key, value);
            json.WriteEndObject();
        }
        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>The innermost value of each name.</summary>
    private static Dictionary<string, string> Values<TState>(
        TState state,
        IExternalScopeProvider? scopes
    )
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        scopes?.ForEachScope(static (scope, all) => Add(all, scope), values);
        Add(values, state);
        return values;
    }

    private static void Add(Dictionary<string, string> values, object? source)
    {
        if (source is not IEnumerable<KeyValuePair<string, object?>> pairs)
            return;
        foreach (var (key, value) in pairs)
        {
            if (key is not "{OriginalFormat}" && Redaction.OfValue(key, value) is { } text)
                values[JsonNamingPolicy.SnakeCaseLower.ConvertName(key)] = text;
        }
    }

    internal static string Level(LogLevel level) =>
        level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "error",
            _ => "fatal",
        };
}
