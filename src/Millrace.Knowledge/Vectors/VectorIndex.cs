using System.Numerics.Tensors;
using Millrace.Core.Failures;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// Finds the vectors nearest to a query by cosine, in process. Few are compared one by one, by SIMD over one byte a
/// component; from <see cref="VectorIndexOptions.GraphFrom"/> on a graph is built in the background, and what it
/// doesn't hold yet is still compared. Any number of threads may call any method; a search waits for no writer, and
/// sees every change that was made before it began.
/// </summary>
public sealed class VectorIndex<TKey> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
{
    // What is smaller in all components counts as zero: scaling it up would leave the range of a float.
    private const float Smallest = 1e-30f;

    private readonly VectorIndexOptions _options;
    private readonly Lock _writing = new();
    private Generation<TKey> _current;

    // A rebuild under way: it receives every change too, and takes over when its graph has caught up.
    private Generation<TKey>? _next;

    // Keys changed while a load runs: what the load brings for them is older.
    private HashSet<TKey>? _changed;
    private Task _upkeep = Task.CompletedTask;
    private bool _inUpkeep;
    private bool _disposed;

    public VectorIndex(int dimensions, VectorIndexOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        Dimensions = dimensions;
        _options = options ?? new VectorIndexOptions();
        _current = new Generation<TKey>(dimensions, _options);
    }

    public int Dimensions { get; }

    /// <summary>Keys that have a vector.</summary>
    public int Count => _current.Live;

    /// <summary>Memory of vectors and graph, without that of the table from key to slot.</summary>
    public long Bytes => _current.Bytes + (_next?.Bytes ?? 0);

    /// <summary>Completes when the graph holds all but the newest few and nothing is left to be cleared away.</summary>
    public Task Settled
    {
        get
        {
            lock (_writing)
                return _upkeep;
        }
    }

    /// <summary>
    /// Gives the key this vector, in place of an earlier one. Its length doesn't matter, only its direction; a vector
    /// of zeros has none and is near nothing, so the key is left without a vector.
    /// </summary>
    /// <exception cref="Invalid">Another number of dimensions, or a component that is no finite number.</exception>
    public void Add(TKey key, ReadOnlySpan<float> vector)
    {
        Check(vector);
        lock (_writing)
        {
            _changed?.Add(key);
            Put(key, vector);
        }
    }

    /// <summary>No search that begins after this finds the key. Tells whether it had a vector.</summary>
    public bool Remove(TKey key)
    {
        lock (_writing)
        {
            _changed?.Add(key);
            return Drop(key);
        }
    }

    /// <summary>
    /// Adds what <paramref name="vectors"/> brings, such as all rows of the database. Changes made meanwhile win over
    /// it. One load at a time.
    /// </summary>
    public async Task LoadAsync(
        IAsyncEnumerable<KeyValuePair<TKey, ReadOnlyMemory<float>>> vectors,
        CancellationToken cancellation
    )
    {
        lock (_writing)
            _changed = [];
        try
        {
            await foreach (var (key, vector) in vectors.WithCancellation(cancellation))
            {
                Check(vector.Span);
                lock (_writing)
                {
                    if (!_changed.Contains(key))
                        Put(key, vector.Span);
                }
            }
        }
        finally
        {
            lock (_writing)
                _changed = null;
        }
    }

    /// <summary>
    /// The at most <paramref name="most"/> nearest that <paramref name="filter"/> lets through, nearest first. There
    /// are fewer only where fewer match. A query of zeros is near nothing.
    /// </summary>
    /// <exception cref="Invalid">Another number of dimensions, or a component that is no finite number.</exception>
    public IReadOnlyList<VectorHit<TKey>> Search(
        ReadOnlySpan<float> query,
        int most,
        VectorFilter<TKey>? filter = null
    )
    {
        Check(query);
        return most <= 0 || IsZero(query)
            ? []
            : Volatile.Read(ref _current).Search(query, most, filter);
    }

    /// <summary>Stops the work in the background after the batch at hand. Searches still answer.</summary>
    public void Dispose()
    {
        lock (_writing)
            _disposed = true;
    }

    private void Put(TKey key, ReadOnlySpan<float> vector)
    {
        if (IsZero(vector))
        {
            Drop(key);
            return;
        }
        _current.Put(key, vector);
        _next?.Put(key, vector);
        Upkeep();
    }

    private bool Drop(TKey key)
    {
        var had = _current.Remove(key);
        _next?.Remove(key);
        Upkeep();
        return had;
    }

    private void Upkeep()
    {
        if (_inUpkeep || _disposed || !(_current.IsWasteful || _current.IsBehind))
            return;
        _inUpkeep = true;
        // Minutes of computing: a thread of its own.
        _upkeep = Task.Factory.StartNew(
            KeepUp,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    private void KeepUp()
    {
        while (Behind() is { } generation)
            generation.GrowGraph();
    }

    /// <summary>The generation whose graph is to grow; null when nothing is left to do.</summary>
    private Generation<TKey>? Behind()
    {
        lock (_writing)
        {
            // What was removed while the next one grew is cleared away at once too.
            while (_next is null ? _current.IsWasteful : !_next.IsBehind)
            {
                if (_next is null)
                {
                    _next = _current.Compacted();
                    continue;
                }
                Volatile.Write(ref _current, _next);
                _next = null;
            }
            var target = _next ?? _current;
            if (target.IsBehind && !_disposed)
                return target;
            _inUpkeep = false;
            return null;
        }
    }

    private void Check(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions)
        {
            throw new Invalid(
                "vector_dimensions",
                $"The vector has {vector.Length} dimensions and the index {Dimensions}: embed it with the index's model."
            );
        }
        if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(vector)))
        {
            throw new Invalid(
                "vector_not_finite",
                "The vector has a component that is not a finite number: embed the text again."
            );
        }
    }

    private static bool IsZero(ReadOnlySpan<float> vector) =>
        MathF.Abs(TensorPrimitives.MaxMagnitude(vector)) < Smallest;
}
