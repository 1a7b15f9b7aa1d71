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
        var opened = _opened.GetOrAdd(
            scope,
            static (scope, opening) => new Opened(scope, opening.source, opening.options),
            (source, options)
        );
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
        DropUnused(opened);
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

    private void Drop(VectorScope scope, Opened opened)
    {
        if (_opened.TryRemove(KeyValuePair.Create(scope, opened)))
            opened.Index.Dispose();
    }

    private void DropUnused(Opened kept)
    {
        var held = _opened.Sum(pair => pair.Value.Index.Bytes);
        foreach (var (scope, opened) in _opened.OrderBy(pair => pair.Value.Used))
        {
            if (held <= mostBytes)
                return;
            if (opened == kept || !opened.Loaded.Value.IsCompleted)
                continue;
            held -= opened.Index.Bytes;
            Drop(scope, opened);
        }
    }

    private sealed class Opened
    {
        public Opened(
            VectorScope scope,
            Func<VectorScope, IAsyncEnumerable<KeyValuePair<TKey, ReadOnlyMemory<float>>>> source,
            VectorIndexOptions? options
        )
        {
            Index = new VectorIndex<TKey>(scope.Dimensions, options);
            Loaded = new(LoadAsync);

            // Not the first caller's cancellation: others wait for the same load.
            async Task LoadAsync() => await Index.LoadAsync(source(scope), CancellationToken.None);
        }

        public VectorIndex<TKey> Index { get; }

        public Lazy<Task> Loaded { get; }

        public long Used { get; set; }
    }
}
