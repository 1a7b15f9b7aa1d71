using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Millrace.Core.Storage;

/// <summary>
/// Rows of credentials that were looked up, by the credential's hash, until any process changes one: the embedded
/// database's processes tell each other by a <see cref="SharedStamp"/>. On PostgreSQL, whose other processes may be on
/// other machines, nothing is kept.
/// </summary>
/// <param name="stampFile">The stamp's name in the data folder: one for each kind of row.</param>
public sealed class KnownRows<T>(Store store, DataFolder data, string stampFile, TimeProvider time)
    : IDisposable
    where T : class
{
    private const int Most = 10_000;

    /// <summary>In case a process dies between its change and telling of it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Hash256, (T Row, long Stamp, long At)> _rows = new();
    private readonly SharedStamp? _stamp =
        store.Dialect is Dialect.Sqlite ? new SharedStamp(data.File(stampFile)) : null;

    /// <summary>To be taken before the row is read that is then kept.</summary>
    public long Stamp => _stamp?.Value ?? 0;

    public T? Find(in Hash256 hash) =>
        _stamp is not null
        && _rows.TryGetValue(hash, out var known)
        && known.Stamp == _stamp.Value
        && time.GetElapsedTime(known.At) < Longest
            ? known.Row
            : null;

    public void Keep(in Hash256 hash, T row, long stamp)
    {
        if (_stamp is null)
            return;
        if (_rows.Count >= Most)
            _rows.Clear();
        _rows[hash] = (row, stamp, time.GetTimestamp());
    }

    /// <summary>Lets every process look again.</summary>
    public void Forget() => _stamp?.Renew();

    public void Dispose() => _stamp?.Dispose();
}

/// <summary>A SHA-256 as a value.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Hash256(UInt128 First, UInt128 Second)
{
    public const int Bytes = 32;

    public static Hash256 Of(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<Hash256>(hash);

    // It is random already.
    public override int GetHashCode() => First.GetHashCode();
}
