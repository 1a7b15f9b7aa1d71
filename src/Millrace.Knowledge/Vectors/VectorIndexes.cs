using System.Collections.Concurrent;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// The indexes in memory, one per scope: opened when first asked for, from <paramref name="source"/>, and dropped,
/// the longest unused first, when together they take more than <paramref name="mostBytes"/>.
/// <para>
/// Whoever changes a vector commits it to the source first and then tells the index that <see cref="Find"/> gives. When
/// it gives none there is nothing to tell: opening reads what was committed.
/// </para>
/// </summary>
public sealed class VectorIndexes<TKey>(
    Func<VectorScope, IAsyncEnumerable<KeyValuePair<TKey, ReadOnlyMemory<float>>>> source,
    VectorIndexOptions? options = null,
    long mostBytes = 4L << 30
) : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
{
    private readonly ConcurrentDictionary<VectorScope, Opened> _opened = new();
    private long _clock;

    /// <summary>The scope's index with all vectors of the source; the first caller's wait is the loading.</summary>
    public async Task<VectorIndex<TKey>> OpenAsync(
        VectorScope scope,
        CancellationToken cancellation
    )
    {
        var opened = _opened.GetOrAdd(scope, Begin);
        opened.Used = Interlocked.Increment(ref _clock);
        try
        {
            await opened.Loaded.Value.WaitAsync(cancellation);
        }
        catch when (opened.Loaded.Value.IsFaulted)
        {
            Drop(scope, opened);
            throw;
        }
        return opened.Index;
    }

    /// <summary>The scope's index if it is open or being opened.</summary>
    public VectorIndex<TKey>? Find(VectorScope scope) =>
        _opened.TryGetValue(scope, out var opened) ? opened.Index : null;

    /// <summary>Lets the scope's index go; who holds it may still search it, and the next to ask opens a new one.</summary>
    public void Drop(VectorScope scope)
    {
        if (_opened.TryGetValue(scope, out var opened))
            Drop(scope, opened);
    }

    public void Dispose()
    {
        foreach (var (scope, _) in _opened)
            Drop(scope);
    }

    private Opened Begin(VectorScope scope)
    {
        var index = new VectorIndex<TKey>(scope.Dimensions, options);
        return new Opened(index) { Loaded = new(() => LoadAsync(scope, index)) };
    }

    private async Task LoadAsync(VectorScope scope, VectorIndex<TKey> index)
    {
        // Not the first caller's cancellation: others wait for the same load.
        await index.LoadAsync(source(scope), CancellationToken.None);
        DropUnused(index);
    }

    private void Drop(VectorScope scope, Opened opened)
    {
        if (_opened.TryRemove(KeyValuePair.Create(scope, opened)))
            opened.Index.Dispose();
    }

    private void DropUnused(VectorIndex<TKey> kept)
    {
        var held = _opened.Sum(pair => pair.Value.Index.Bytes);
        foreach (var (scope, opened) in _opened.OrderBy(pair => pair.Value.Used))
        {
            if (held <= mostBytes)
                return;
            if (opened.Index == kept || !opened.Loaded.Value.IsCompleted)
                continue;
            held -= opened.Index.Bytes;
            Drop(scope, opened);
        }
    }

    private sealed class Opened(VectorIndex<TKey> index)
    {
        public VectorIndex<TKey> Index => index;

        public required Lazy<Task> Loaded { get; init; }

        public long Used { get; set; }
    }
}
