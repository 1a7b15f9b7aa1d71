using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Metering;

/// <summary>
/// Notes what was used: an append to a file that survives the end of the process, not of the machine, and costs a few
/// microseconds. <see cref="UsageFold"/> moves the files' content into the tables.
/// </summary>
public sealed partial class UsageJournal(
    DataFolder data,
    TimeProvider time,
    ILogger<UsageJournal> logger
) : IDisposable
{
    internal const string Extension = ".usage";

    private readonly Lock _lock = new();
    private SafeFileHandle? _segment;
    private long _length;

    internal string Folder { get; } = data.Folder("usage");

    /// <summary>Safe from any thread. A disk that takes nothing more costs the record, not the request: it is logged.</summary>
    public void Record(in UsageRecord record)
    {
        Span<byte> form = stackalloc byte[UsageRecordForm.Longest];
        var length = UsageRecordForm.Write(record, form);
        try
        {
            Append(form[..length]);
        }
        catch (IOException failure)
        {
            Log.CannotAppend(
                logger,
                record.Calls,
                record.PromptTokens + record.CompletionTokens,
                failure
            );
        }
    }

    /// <summary>Ends the open segment, so that it can be folded; the next record begins another.</summary>
    internal void CloseSegment()
    {
        lock (_lock)
        {
            _segment?.Dispose();
            _segment = null;
            _length = 0;
        }
    }

    public void Dispose() => CloseSegment();

    private void Append(ReadOnlySpan<byte> form)
    {
        lock (_lock)
        {
            _segment ??= Open();
            RandomAccess.Write(_segment, form, _length);
            // Only now: what a failed write left behind is overwritten by the next.
            _length += form.Length;
        }
    }

    // Not shared, so that no other process takes it for one that a dead process left.
    private SafeFileHandle Open() =>
        File.OpenHandle(
            Path.Combine(Folder, $"{Id<UsageSegment>.New(time.GetUtcNow())}{Extension}"),
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None
        );

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Error,
            "Usage of {Calls} calls and {Tokens} tokens cannot be written and is lost"
        )]
        public static partial void CannotAppend(
            ILogger logger,
            long calls,
            long tokens,
            Exception failure
        );
    }
}
