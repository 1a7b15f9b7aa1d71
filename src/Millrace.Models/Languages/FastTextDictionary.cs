using System.Text;

namespace Millrace.Models.Languages;

/// <summary>The words and labels of a fastText model, and the rows of the vectors that a word stands for.</summary>
internal sealed class FastTextDictionary
{
    private const string LabelMark = "__label__";
    private const byte Label = 1;

    private readonly Dictionary<string, int> _words = [];
    private readonly Dictionary<int, int> _kept = [];
    private readonly FastTextSettings _settings;

    private FastTextDictionary(FastTextSettings settings) => _settings = settings;

    public List<string> Labels { get; } = [];

    public List<long> LabelCounts { get; } = [];

    public static FastTextDictionary Read(BinaryReader reader, FastTextSettings settings)
    {
        var dictionary = new FastTextDictionary(settings);
        var size = reader.ReadInt32();
        // Numbers of words and labels, and of tokens: all follow from what comes.
        reader.ReadInt32();
        reader.ReadInt32();
        reader.ReadInt64();
        var kept = reader.ReadInt64();
        for (var i = 0; i < size; i++)
            dictionary.Add(Text(reader), reader.ReadInt64(), reader.ReadByte());
        for (var i = 0L; i < kept; i++)
            dictionary._kept[reader.ReadInt32()] = reader.ReadInt32();
        return dictionary;
    }

    /// <summary>Adds the row of the word, when it has one, and those of its n-grams that the compression kept.</summary>
    public void AddRows(ReadOnlySpan<byte> word, List<int> rows)
    {
        var text = Encoding.UTF8.GetString(word);
        if (_words.TryGetValue(text, out var row))
            rows.Add(row);
        if (text != "</s>")
            AddGrams([(byte)'<', .. word, (byte)'>'], rows);
    }

    private void Add(string text, long count, byte kind)
    {
        if (kind == Label)
        {
            Labels.Add(text.Replace(LabelMark, "", StringComparison.Ordinal));
            LabelCounts.Add(count);
        }
        else
        {
            _words[text] = _words.Count;
        }
    }

    /// <summary>Of one to some characters; a mark of the word's edge alone is none.</summary>
    private void AddGrams(ReadOnlySpan<byte> word, List<int> rows)
    {
        for (var start = 0; start < word.Length; start++)
        {
            if (IsWithinCharacter(word[start]))
                continue;
            var hash = 2166136261u;
            var end = start;
            for (var length = 1; length <= _settings.LongestGram && end < word.Length; length++)
            {
                do hash = (hash ^ (uint)(sbyte)word[end++]) * 16777619u;
                while (end < word.Length && IsWithinCharacter(word[end]));
                var isEdge = length == 1 && (start == 0 || end == word.Length);
                if (length < _settings.ShortestGram || isEdge)
                    continue;
                if (_kept.TryGetValue((int)(hash % (uint)_settings.Buckets), out var row))
                    rows.Add(_words.Count + row);
            }
        }
    }

    private static bool IsWithinCharacter(byte value) => (value & 0xc0) == 0x80;

    private static string Text(BinaryReader reader)
    {
        var bytes = new List<byte>();
        while (reader.ReadByte() is not 0 and var value)
            bytes.Add(value);
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
