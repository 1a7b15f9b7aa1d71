using System.Collections.Concurrent;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// The indexes in memory, one per scope: opened when first asked for, from <paramref name="source"/>, brought up to
/// date by <paramref name="changes"/> each time they are asked for, and dropped, the longest unused first, when together
/// they take more than <paramref name="mostBytes"/>.
/// <para>
/// Whoever changes a vector, in any process, says so by <see cref="VectorChanges.TellAsync"/> in the same write.
/// </para>
/// </summary>
public sealed class VectorIndexes<TKey>(
    VectorSource<TKey> source,
    VectorChanges changes,
    VectorIndexOptions? options = null,
    long mostBytes = 4L << 30
) : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
{
    private readonly ConcurrentDictionary<VectorScope, FollowedIndex<TKey>> _opened = new();
    private long _clock;

    /// <summary>
    /// The scope's index with all vectors that were committed before the call; the first caller's wait is the loading.
    /// </summary>
    public async Task<VectorIndex<TKey>> OpenAsync(
        VectorScope scope,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            var opened = _opened.GetOrAdd(
                scope,
                scope => new FollowedIndex<TKey>(scope, source, changes, options)
            );
            opened.Used = Interlocked.Increment(ref _clock);
            var wasLoaded = opened.IsLoaded;
            try
            {
                await opened.CatchUpAsync().WaitAsync(cancellation);
            }
            catch when (opened.IsBroken)
            {
                Drop(scope, opened);
                throw;
            }
            if (!wasLoaded)
                DropUnused(opened);
            if (!opened.IsBroken)
                return opened.Index;
            Drop(scope, opened);
        }
    }

    /// <summary>The scope's index if it is open or being opened, as it was when it was last asked for.</summary>
    public VectorIndex<TKey>? Find(VectorScope scope) =>
        _opened.TryGetValue(scope, out var opened) ? opened.Index : null;

    /// <summary>Lets the scope's index go; who holds it may still search it, and the next to ask opens a new one.</summary>
    public void Drop(VectorScope scope)
    {
        if (_opened.TryGetValue(scope, out var opened))
            Drop(scope, opened);
    }

    /// <summary>Likewise all of a workspace.</summary>
    public void DropAll(Guid workspace)
    {
        foreach (var (scope, _) in _opened.Where(pair => pair.Key.Workspace == workspace))
            Drop(scope);
    }

    public void Dispose()
    {
        foreach (var (scope, _) in _opened)
            Drop(scope);
    }

    private void Drop(VectorScope scope, FollowedIndex<TKey> opened)
    {
        if (_opened.TryRemove(KeyValuePair.Create(scope, opened)))
            opened.Index.Dispose();
    }

    private void DropUnused(FollowedIndex<TKey> kept)
    {
        var held = _opened.Sum(pair => pair.Value.Index.Bytes);
        foreach (var (scope, opened) in _opened.OrderBy(pair => pair.Value.Used))
        {
            if (held <= mostBytes)
                return;
            if (opened == kept || !opened.IsLoaded)
                continue;
            held -= opened.Index.Bytes;
            Drop(scope, opened);
        }
    }
}
