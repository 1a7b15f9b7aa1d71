using System.Numerics.Tensors;
using Millrace.Knowledge.Vectors;

namespace Millrace.Bench.Searching;

/// <summary>The true ten nearest of each query, by comparing unrounded vectors one by one.</summary>
internal sealed class Truth
{
    public const int Most = 10;

    private readonly Nearest[] _nearest;

    public Truth(float[][] queries)
    {
        Queries = queries;
        _nearest = [.. queries.Select(_ => new Nearest())];
        foreach (var list in _nearest)
            list.Reset(Most);
    }

    public float[][] Queries { get; }

    /// <summary>Compares the vectors numbered from <paramref name="first"/> on with every query.</summary>
    public void Offer(int first, float[][] vectors)
    {
        var lengths = Array.ConvertAll(vectors, vector => TensorPrimitives.Norm<float>(vector));
        Parallel.For(
            0,
            Queries.Length,
            query =>
            {
                for (var at = 0; at < vectors.Length; at++)
                {
                    var product = TensorPrimitives.Dot<float>(Queries[query], vectors[at]);
                    _nearest[query].Offer(first + at, product / lengths[at]);
                }
            }
        );
    }

    /// <summary>The share of the true nearest among what was found for each query.</summary>
    public double Recall(IEnumerable<IEnumerable<int>> found) =>
        found.Zip(_nearest, (keys, nearest) => keys.Count(key => Holds(nearest, key))).Sum()
        / (double)(Most * Queries.Length);

    private static bool Holds(Nearest nearest, int key) =>
        Enumerable.Range(0, nearest.Count).Any(at => nearest.Slot(at) == key);
}
