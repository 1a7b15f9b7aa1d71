using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Millrace.Core.Storage;

namespace Millrace.Core.Identity;

/// <summary>
/// Keys that were looked up, until any process changes one: the embedded database's processes tell each other by a
/// <see cref="SharedStamp"/>. On PostgreSQL, whose other processes may be on other machines, nothing is kept.
/// </summary>
internal sealed class KnownKeys(Store store, DataFolder data, TimeProvider time) : IDisposable
{
    private const int Most = 10_000;

    /// <summary>In case a process dies between its change and telling of it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<KeyHash, (FoundKey Key, long Stamp, long At)> _keys =
        new();
    private readonly SharedStamp? _stamp =
        store.Dialect is Dialect.Sqlite ? new SharedStamp(data.File("keys.stamp")) : null;

    /// <summary>To be taken before the row is read that is then kept.</summary>
    public long Stamp => _stamp?.Value ?? 0;

    public FoundKey? Find(in KeyHash hash) =>
        _stamp is not null
        && _keys.TryGetValue(hash, out var known)
        && known.Stamp == _stamp.Value
        && time.GetElapsedTime(known.At) < Longest
            ? known.Key
            : null;

    public void Keep(in KeyHash hash, FoundKey key, long stamp)
    {
        if (_stamp is null)
            return;
        if (_keys.Count >= Most)
            _keys.Clear();
        _keys[hash] = (key, stamp, time.GetTimestamp());
    }

    /// <summary>Lets every process look again.</summary>
    public void Forget() => _stamp?.Renew();

    public void Dispose() => _stamp?.Dispose();
}

/// <summary>SHA-256 of a key, as a value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct KeyHash(UInt128 First, UInt128 Second)
{
    public const int Bytes = 32;

    public static KeyHash Of(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<KeyHash>(hash);

    // It is random already.
    public override int GetHashCode() => First.GetHashCode();
}

/// <summary>What stands in a key's row.</summary>
internal sealed record FoundKey(
    Principal Principal,
    byte[] Hash,
    DateTimeOffset? ExpiresAt,
    bool IsRevoked
);
