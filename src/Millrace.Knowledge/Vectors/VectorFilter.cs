namespace Millrace.Knowledge.Vectors;

/// <summary>
/// Which keys a search may find: those of a set, or those that a predicate accepts. Where both would do, a small set
/// is faster, since only its members are looked at.
/// </summary>
public sealed class VectorFilter<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    /// <summary>Only members of <paramref name="keys"/>, which must not change while a search runs.</summary>
    public VectorFilter(IReadOnlySet<TKey> keys)
    {
        Keys = keys;
        Accepts = keys.Contains;
    }

    /// <summary>Only what <paramref name="accepts"/>; it is called by any thread, up to once for each vector.</summary>
    public VectorFilter(Func<TKey, bool> accepts) => Accepts = accepts;

    internal IReadOnlySet<TKey>? Keys { get; }

    internal Func<TKey, bool> Accepts { get; }
}
