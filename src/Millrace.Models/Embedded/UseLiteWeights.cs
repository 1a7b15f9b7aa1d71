using System.Runtime.InteropServices;
using System.Text.Json;
using Millrace.Core.Failures;

namespace Millrace.Models.Embedded;

/// <summary>
/// USE-Lite's weights by name, read in the order in which the files hold them. Matrices are packed as they are read;
/// everything else is kept flat.
/// </summary>
internal sealed class UseLiteWeights
{
    private const string Embeddings = "module/Embeddings_en";
    private readonly Dictionary<string, float[]> _flat = [];
    private readonly Dictionary<string, PackedMatrix> _matrices = [];

    private UseLiteWeights() { }

    /// <summary>One row of 256 per piece of the vocabulary.</summary>
    public float[] PieceEmbeddings() => Flat(Embeddings);

    public float[] Flat(string nameEnd) => Single(_flat, nameEnd);

    public Dense Dense(string kernelEnd, string biasEnd) =>
        new(Single(_matrices, kernelEnd), Flat(biasEnd));

    /// <exception cref="NotConfigured">A file is missing or is not the pinned one.</exception>
    public static UseLiteWeights Read(EmbeddedModelFiles files)
    {
        var graph = files.Read(
            UseLiteFiles.Model,
            UseLiteFiles.Graph,
            UseLiteFiles.Pinned[UseLiteFiles.Graph]
        );
        using var document = JsonDocument.Parse(graph);
        var index = document.RootElement.GetProperty("weightsManifest")[0];
        using var reader = new ShardReader(
            files,
            index.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!)
        );
        var weights = new UseLiteWeights();
        foreach (var entry in index.GetProperty("weights").EnumerateArray())
            weights.Add(
                entry.GetProperty("name").GetString()!,
                [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())],
                reader
            );
        reader.Finish();
        return weights;
    }

    private void Add(string name, int[] shape, ShardReader reader)
    {
        var columns = shape.LastOrDefault(1);
        var rows = shape.SkipLast(1).Aggregate(1, (product, size) => product * size);
        if (rows == 1 || name == Embeddings)
        {
            // Whole numbers of the graph pass through here too: they are as wide as a float, and nothing asks for them.
            var values = GC.AllocateUninitializedArray<float>(rows * columns);
            reader.Read(MemoryMarshal.AsBytes(values.AsSpan()));
            _flat.Add(name, values);
            return;
        }
        var matrix = new PackedMatrix(rows, columns);
        var row = new float[columns];
        for (var input = 0; input < rows; input++)
        {
            reader.Read(MemoryMarshal.AsBytes(row.AsSpan()));
            matrix.SetRow(input, row);
        }
        _matrices.Add(name, matrix);
    }

    private static T Single<T>(Dictionary<string, T> all, string nameEnd) =>
        all.Single(pair => pair.Key.EndsWith(nameEnd, StringComparison.Ordinal)).Value;
}

/// <summary>A layer <c>x·W + b</c>.</summary>
internal sealed record Dense(PackedMatrix Weights, float[] Bias)
{
    public int Outputs => Weights.Outputs;

    public void Apply(ReadOnlySpan<float> input, int rows, Span<float> output) =>
        Weights.Multiply(input, rows, Bias, output);
}
