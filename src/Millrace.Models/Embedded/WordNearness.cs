using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Millrace.Core.Failures;
using Millrace.Models.Local;

namespace Millrace.Models.Embedded;

/// <summary>
/// How near single English words are in meaning, 0 to 1: 1 for forms of one word, and for different ones what the embedded
/// encoder knows of them. Numbers and words without a topic are the same or not, and without the encoder so are all.
/// </summary>
public sealed class WordNearness(UseLiteEmbedder? encoder)
{
    private const int MostKept = 4_000;

    private readonly ConcurrentDictionary<string, Word> _known = new(StringComparer.Ordinal);

    public double Between(string one, string other) => Between(Known(one), Known(other));

    /// <summary>Of each word that is asked for, in their order, how near another is.</summary>
    public double[] ToEach(IReadOnlyList<string> asked, string other)
    {
        var known = Known(other);
        var nearness = new double[asked.Count];
        for (var i = 0; i < nearness.Length; i++)
            nearness[i] = Between(Known(asked[i]), known);
        return nearness;
    }

    private static double Between(Word one, Word other)
    {
        if (one.Stem == other.Stem)
            return 1;
        return one.Vector is { } a && other.Vector is { } b
            ? Math.Max(0, TensorPrimitives.Dot<float>(a, b))
            : 0;
    }

    private Word Known(string word)
    {
        if (_known.TryGetValue(word, out var known))
            return known;
        if (_known.Count >= MostKept)
            _known.Clear();
        return _known[word] = new Word(Words.Stem(word), VectorOf(word));
    }

    private float[]? VectorOf(string word)
    {
        try
        {
            return char.IsAsciiDigit(word[0]) || !Words.IsTelling(word)
                ? null
                : encoder?.EmbedWord(word);
        }
        catch (Failure)
        {
            return null; // told when a text is embedded
        }
    }

    private sealed record Word(string Stem, float[]? Vector);
}
