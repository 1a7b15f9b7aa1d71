using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Millrace.Models.Embedded;

/// <summary>
/// USE-Lite's tokenizer: the way to split a text into pieces of the vocabulary whose scores add up to the most.
/// Immutable.
/// </summary>
internal sealed class UseLiteTokenizer
{
    private const char WordStart = '▁';
    private const int Unknown = 0;
    private const int Reserved = 6;

    // What a text of ordinary pieces can fill the encoder with, twice over; the rest is never read.
    private const int LongestText = 4096;

    private readonly Dictionary<string, Piece> _pieces = [];
    private readonly Dictionary<string, Piece>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int[] _lengths;
    private readonly int _longest;

    private UseLiteTokenizer(JsonElement vocabulary)
    {
        _lookup = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = new int[vocabulary.GetArrayLength()];
        var id = 0;
        foreach (var entry in vocabulary.EnumerateArray())
        {
            var text = entry[0].GetString()!;
            // A few pieces have no score in the file; the reference adds nothing for them.
            var score = entry[1].ValueKind == JsonValueKind.Number ? entry[1].GetDouble() : 0;
            if (id >= Reserved)
                _pieces[text] = new Piece(id, score);
            _lengths[id++] = text.Length;
            _longest = Math.Max(_longest, text.Length);
        }
    }

    public static UseLiteTokenizer Read(EmbeddedModelFiles files)
    {
        var vocabulary = files.Read(
            UseLiteFiles.Model,
            UseLiteFiles.Vocabulary,
            UseLiteFiles.Pinned[UseLiteFiles.Vocabulary]
        );
        using var document = JsonDocument.Parse(vocabulary);
        return new UseLiteTokenizer(document.RootElement);
    }

    /// <summary>The ids of the text's pieces, as many as the encoder reads.</summary>
    public int[] Tokenize(string text)
    {
        var prepared = Prepare(text.AsSpan(0, Math.Min(text.Length, LongestText)));
        return Collect(BestEndings(prepared));
    }

    /// <summary>Every word begins with ▁, and no space of any other kind is left.</summary>
    private static string Prepare(ReadOnlySpan<char> text)
    {
        var prepared = new StringBuilder(text.Length + 8);
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var space = Rune.IsWhiteSpace(rune);
            if (!space && !inWord)
                prepared.Append(WordStart);
            if (!space)
                CompatibilityForms.Append(prepared, rune);
            inWord = !space;
        }
        return prepared.ToString();
    }

    /// <summary>
    /// For each length of the text's beginning, the last piece of the best way to split it. As in the reference, a
    /// score of 0 means that no way was found yet, and where none is found an unknown piece starts over at 0.
    /// </summary>
    private int[] BestEndings(string text)
    {
        var scores = new double[text.Length + 1];
        var endings = new int[text.Length + 1];
        for (var end = 1; end <= text.Length; end++)
        {
            for (var start = Math.Max(0, end - _longest); start < end; start++)
            {
                if (!_lookup.TryGetValue(text.AsSpan(start, end - start), out var piece))
                    continue;
                var score = piece.Score + scores[start];
                if (scores[end] != 0 && score < scores[end])
                    continue;
                scores[end] = score;
                endings[end] = piece.Id;
            }
        }
        return endings;
    }

    /// <summary>Walks the best endings from the last to the first; unknown pieces beside each other become one.</summary>
    private int[] Collect(int[] endings)
    {
        var tokens = new List<int>();
        for (var at = endings.Length - 1; at > 0; at -= _lengths[endings[at]])
        {
            if (endings[at] != Unknown || tokens.Count == 0 || tokens[^1] != Unknown)
                tokens.Add(endings[at]);
        }
        tokens.Reverse();
        return tokens.Count <= UseLiteTransformer.MaxTokens
            ? [.. tokens]
            : [.. tokens.Take(UseLiteTransformer.MaxTokens)];
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Piece(int Id, double Score);
}
