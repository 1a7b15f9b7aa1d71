using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Millrace.Core.Telemetry;

/// <summary>A line for a person at a terminal: time of day, level, the category's last word, message.</summary>
internal sealed class TextLines() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "millrace-text";

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        var message = Redaction.Apply(logEntry.Formatter(logEntry.State, logEntry.Exception));
        textWriter.WriteLine(
            $"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff} {JsonLines.Level(logEntry.LogLevel), -5} {category}: {message}"
        );
        if (logEntry.Exception is { } exception)
            textWriter.WriteLine(Redaction.Apply(exception.ToString()));
    }
}
