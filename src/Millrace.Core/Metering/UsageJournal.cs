using System.IO.MemoryMappedFiles;
using Microsoft.Extensions.Logging;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Metering;

/// <summary>
/// Notes what was used: an append to a mapped file, which survives the end of the process, not of the machine, and
/// costs no system call. <see cref="UsageFold"/> moves the files' content into the tables.
/// </summary>
public sealed partial class UsageJournal(
    DataFolder data,
    TimeProvider time,
    ILogger<UsageJournal> logger
) : IDisposable
{
    internal const string Extension = ".usage";

    /// <summary>Room for some 10,000 records; the disk's blocks are taken when the segment is opened.</summary>
    private const int SegmentBytes = 1 << 20;

    private readonly Lock _lock = new();
    private Segment? _segment;

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
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
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
            End();
        }
    }

    public void Dispose() => CloseSegment();

    private void Append(ReadOnlySpan<byte> form)
    {
        lock (_lock)
        {
            if (_segment?.TryAppend(form) == true)
                return;
            End();
            _segment = new Segment(
                Path.Combine(Folder, $"{Id<UsageSegment>.New(time.GetUtcNow())}{Extension}")
            );
            _segment.TryAppend(form);
        }
    }

    /// <summary>None is open afterwards, whatever happens, so that the next record opens another.</summary>
    private void End()
    {
        var ended = _segment;
        _segment = null;
        ended?.Dispose();
    }

    /// <summary>One file. What is not written yet is zeros, which no record begins with.</summary>
    private sealed class Segment : IDisposable
    {
        private readonly FileStream _file;
        private readonly MemoryMappedFile _map;
        private readonly MemoryMappedViewAccessor _view;
        private int _length;

        public Segment(string path)
        {
            // Not shared, so that no other process takes it for one that a dead process left.
            _file = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                }
            );
            // Takes the disk's blocks: a full disk is an error here, not a fault at the first touch of a page.
            Span<byte> zeros = stackalloc byte[16 * 1024];
            zeros.Clear();
            for (var written = 0; written < SegmentBytes; written += zeros.Length)
                _file.Write(zeros);
            _file.Flush();
            _map = MemoryMappedFile.CreateFromFile(
                _file,
                mapName: null,
                SegmentBytes,
                MemoryMappedFileAccess.ReadWrite,
                HandleInheritability.None,
                leaveOpen: true
            );
            _view = _map.CreateViewAccessor();
        }

        /// <summary>False when it is full.</summary>
        public bool TryAppend(ReadOnlySpan<byte> form)
        {
            if (_length + form.Length > SegmentBytes)
                return false;
            _view.SafeMemoryMappedViewHandle.WriteSpan((ulong)_length, form);
            _length += form.Length;
            return true;
        }

        public void Dispose()
        {
            _view.Dispose();
            _map.Dispose();
            _file.SetLength(_length);
            _file.Dispose();
        }
    }

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
