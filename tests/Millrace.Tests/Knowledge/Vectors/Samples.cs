using System.Numerics.Tensors;
using Millrace.Knowledge.Vectors;

namespace Millrace.Tests.Knowledge.Vectors;

/// <summary>Vectors of a fixed seed, and the search that compares all of them.</summary>
internal static class Samples
{
    private const int Topics = 40;

    /// <summary>Unit vectors around a few centres.</summary>
    public static float[][] Clustered(int count, int dimensions, int seed)
    {
        var random = new Random(seed);
        var centres = Enumerable
            .Range(0, Topics)
            .Select(_ => Direction(random, dimensions))
            .ToArray();
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    var vector = Direction(random, dimensions);
                    TensorPrimitives.Add(vector, centres[random.Next(Topics)], vector);
                    return vector;
                }),
        ];
    }

    public static float[] Direction(Random random, int dimensions)
    {
        var vector = new float[dimensions];
        for (var at = 0; at < dimensions; at++)
            vector[at] =
                (float)(random.NextDouble() + random.NextDouble() + random.NextDouble()) - 1.5f;
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        return vector;
    }

    public static VectorHit<int>[] Compare(
        IEnumerable<KeyValuePair<int, float[]>> vectors,
        float[] query,
        int most
    ) =>
        [
            .. vectors
                .Select(pair => new VectorHit<int>(
                    pair.Key,
                    TensorPrimitives.CosineSimilarity(query, pair.Value)
                ))
                .OrderByDescending(hit => hit.Similarity)
                .Take(most),
        ];

    public static Dictionary<int, float[]> Numbered(IEnumerable<float[]> vectors) =>
        vectors.Index().ToDictionary(pair => pair.Index, pair => pair.Item);

    /// <summary>The share of the true nearest that the index finds.</summary>
    public static double Recall(
        VectorIndex<int> index,
        IReadOnlyDictionary<int, float[]> vectors,
        IEnumerable<float[]> queries,
        VectorFilter<int>? filter = null
    )
    {
        var among = filter is null ? vectors : vectors.Where(pair => filter.Accepts(pair.Key));
        return queries.Average(query =>
        {
            var found = index.Search(query, 10, filter).Select(hit => hit.Key);
            var nearest = Compare(among, query, 10).Select(hit => hit.Key).ToHashSet();
            return nearest.Count == 0 ? 1 : found.Count(nearest.Contains) / (double)nearest.Count;
        });
    }
}
