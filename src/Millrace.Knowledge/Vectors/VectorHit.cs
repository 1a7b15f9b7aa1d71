namespace Millrace.Knowledge.Vectors;

/// <summary>One found vector: its key and its cosine similarity to the query, from -1 to 1.</summary>
public readonly record struct VectorHit<TKey>(TKey Key, float Similarity)
    where TKey : unmanaged, IEquatable<TKey>;
