using System.Numerics.Tensors;
using System.Text;

namespace Millrace.Models.Languages;

/// <summary>
/// A supervised model of fastText in its compressed form: a text is the mean of the vectors of its words and of the
/// character n-grams in them, and a Huffman tree of logistic decisions leads from that to a label.
/// </summary>
internal sealed class FastTextClassifier
{
    private const string EndOfLine = "</s>";

    private readonly FastTextDictionary _dictionary;
    private readonly QuantizedMatrix _input;
    private readonly float[][] _decisions;
    private readonly HuffmanTree _tree;

    private FastTextClassifier(
        FastTextDictionary dictionary,
        QuantizedMatrix input,
        float[][] decisions
    )
    {
        (_dictionary, _input, _decisions) = (dictionary, input, decisions);
        _tree = new HuffmanTree(dictionary.LabelCounts);
    }

    public static FastTextClassifier Read(byte[] model)
    {
        using var reader = new BinaryReader(new MemoryStream(model));
        var settings = FastTextSettings.Read(reader);
        var dictionary = FastTextDictionary.Read(reader, settings);
        if (!reader.ReadBoolean())
            throw new InvalidDataException("The model's vectors are not compressed.");
        var input = QuantizedMatrix.Read(reader);
        if (reader.ReadBoolean())
            throw new InvalidDataException("The model's decisions are compressed.");
        return new FastTextClassifier(dictionary, input, Dense(reader));
    }

    /// <summary>The likeliest label with its probability; 0 for a text without a known part.</summary>
    public (string Label, double Probability) Classify(ReadOnlySpan<char> text)
    {
        var rows = new List<int>();
        foreach (var range in text.SplitAny(" \t\n\r\v\f\0"))
        {
            if (!text[range].IsEmpty)
                _dictionary.AddRows(Encoding.UTF8.GetBytes(text[range].ToString()), rows);
        }
        if (rows.Count == 0)
            return ("", 0);
        _dictionary.AddRows(Encoding.UTF8.GetBytes(EndOfLine), rows);
        var mean = new float[_input.Columns];
        foreach (var row in rows)
            _input.AddTo(mean, row);
        TensorPrimitives.Multiply(mean, 1f / rows.Count, mean);
        var (label, probability) = _tree.Best(node =>
            TensorPrimitives.Dot<float>(_decisions[node], mean)
        );
        return (_dictionary.Labels[label], probability);
    }

    private static float[][] Dense(BinaryReader reader)
    {
        var rows = new float[checked((int)reader.ReadInt64())][];
        var columns = checked((int)reader.ReadInt64());
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = new float[columns];
            for (var column = 0; column < columns; column++)
                rows[row][column] = reader.ReadSingle();
        }
        return rows;
    }
}

/// <summary>What the model was trained with, so far as it matters for reading it.</summary>
internal sealed record FastTextSettings(int Buckets, int ShortestGram, int LongestGram)
{
    private const int Magic = 793712314;
    private const int Version = 12;
    private const int HierarchicalSoftmax = 1;

    public static FastTextSettings Read(BinaryReader reader)
    {
        if (reader.ReadInt32() != Magic || reader.ReadInt32() != Version)
            throw new InvalidDataException("This is no fastText model of version 12.");
        // dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate
        Span<int> numbers = stackalloc int[12];
        foreach (ref var number in numbers)
            number = reader.ReadInt32();
        // t
        reader.ReadDouble();
        return numbers[6] == HierarchicalSoftmax && numbers[5] <= 1
            ? new FastTextSettings(numbers[8], numbers[9], numbers[10])
            : throw new InvalidDataException("The model decides in a way that is not read.");
    }
}
