using System.Numerics.Tensors;

namespace Millrace.Bench.Searching;

/// <summary>
/// Unit vectors around centres, as embeddings of texts on a number of topics lie: each is drawn from its number and the
/// seed alone, so that every run and every contender sees the same.
/// </summary>
internal sealed class ClusteredVectors
{
    // How far a vector lies from its centre: two of one topic have a cosine of about 0.6.
    private const float Spread = 0.8f;
    private const int Seed = 20261124;

    private readonly float[][] _centres;

    public ClusteredVectors(int dimensions, int topics)
    {
        Dimensions = dimensions;
        _centres = [.. Enumerable.Range(0, topics).Select(topic => Gaussian(-1 - topic))];
    }

    public int Dimensions { get; }

    /// <summary>The vector of this number. Queries are vectors of numbers that aren't indexed.</summary>
    public float[] this[int number]
    {
        get
        {
            var vector = Gaussian(number);
            TensorPrimitives.MultiplyAdd(
                vector,
                Spread,
                _centres[new Random(Seed ^ number).Next(_centres.Length)],
                vector
            );
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
            return vector;
        }
    }

    // Of length 1 in the mean.
    private float[] Gaussian(int number)
    {
        var random = new Random(HashCode(number));
        var values = new float[Dimensions];
        var scale = 1 / MathF.Sqrt(Dimensions);
        for (var at = 0; at < values.Length; at += 2)
        {
            var radius = scale * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle()));
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * random.NextSingle());
            values[at] = radius * cosine;
            if (at + 1 < values.Length)
                values[at + 1] = radius * sine;
        }
        return values;
    }

    private static int HashCode(int number) => unchecked((number * (int)0x9E3779B1) ^ Seed);
}
