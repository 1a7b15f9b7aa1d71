namespace Millrace.Knowledge.Vectors;

/// <summary>Where vectors are kept for good: what an index is made from, and brought up to date.</summary>
public abstract class VectorSource<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    /// <summary>All vectors of a scope that are committed.</summary>
    public abstract IAsyncEnumerable<KeyValuePair<TKey, ReadOnlyMemory<float>>> AllAsync(
        VectorScope scope
    );

    /// <summary>The vectors that these keys have by now; none for a key that has none in the scope.</summary>
    public abstract Task<IReadOnlyList<KeyValuePair<TKey, ReadOnlyMemory<float>>>> FindAsync(
        VectorScope scope,
        IReadOnlyCollection<TKey> keys
    );
}
