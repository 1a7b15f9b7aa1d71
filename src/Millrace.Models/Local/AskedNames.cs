using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>
/// The names in a question, known by their capitals. Where one source has a name, another that doesn't speaks of
/// something else; what no source has is not known.
/// </summary>
internal sealed partial class AskedNames
{
    private readonly Dictionary<RecalledPart, HashSet<string>> _held = new(
        ReferenceEqualityComparer.Instance
    );
    private readonly HashSet<string> _known;

    public AskedNames(string question, IReadOnlyList<Quotable> passages)
    {
        var names = Capital()
            .Matches(question)
            .SelectMany(match => Words.Topic(match.Value))
            .ToHashSet();
        _known = [];
        if (names.Count > 0)
        {
            foreach (var passage in passages)
                Hold(passage, names);
        }
        AreAllKnown = names.IsSubsetOf(_known);
    }

    /// <summary>Whether some source has each of them.</summary>
    public bool AreAllKnown { get; }

    /// <summary>Whether a source lacks a name that another has.</summary>
    public bool AreElsewhere(RecalledPart part) =>
        _known.Count > 0 && !_known.IsSubsetOf(_held[part]);

    private void Hold(Quotable passage, HashSet<string> names)
    {
        if (!_held.TryGetValue(passage.Part, out var held))
            _held[passage.Part] = held = Among(names, SourceName.Of(passage.Part));
        held.UnionWith(Among(names, passage.InContext));
        _known.UnionWith(held);
    }

    private static HashSet<string> Among(HashSet<string> names, string text)
    {
        var words = Words.Topic(text);
        words.IntersectWith(names);
        return words;
    }

    // The first word has its capital in any case.
    [GeneratedRegex(@"(?<=\S\s+[""'“(]?)\p{Lu}[\p{L}\p{Nd}]*", RegexOptions.None, 1000)]
    private static partial Regex Capital();
}

/// <summary>A source's name as words: "travel-policy_2025.md" is "travel policy 2025".</summary>
internal static class SourceName
{
    public static string Of(RecalledPart part) =>
        Path.GetFileNameWithoutExtension(part.Source).Replace('-', ' ').Replace('_', ' ');
}
