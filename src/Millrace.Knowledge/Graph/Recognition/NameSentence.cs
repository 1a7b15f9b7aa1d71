namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>A text as its names are looked for: its words, and what is known of each.</summary>
internal sealed class NameSentence
{
    private const int FewestWordsOfHeading = 3;

    private readonly WordKinds _words;
    private readonly NameKinds[] _kinds;
    private readonly Dictionary<(int, int), NameKinds> _long = [];

    public NameSentence(string text, WordKinds words)
    {
        (Text, _words) = (text, words);
        Tokens = NameTokens.Of(text);
        _kinds = new NameKinds[Tokens.Count];
        Lower = new string[Tokens.Count];
        Classes = new string[Tokens.Count];
        for (var at = 0; at < Tokens.Count; at++)
        {
            Lower[at] = Tokens[at].Text.ToLowerInvariant();
            if (Tokens[at].IsCapitalised)
                _kinds[at] = words.Of(Tokens[at].Text);
            Classes[at] = WordClasses.Of(Tokens[at], _kinds[at]);
        }
        IsHeading = IsMostlyCapitalised();
    }

    public string Text { get; }
    public IReadOnlyList<NameToken> Tokens { get; }
    public string[] Lower { get; }

    /// <summary>One of <see cref="WordClasses"/> for each word.</summary>
    public string[] Classes { get; }

    /// <summary>Whether most words have a capital letter, so that it says little.</summary>
    public bool IsHeading { get; }

    /// <summary>What the list of names says of some words as a whole.</summary>
    public NameKinds Kinds(int first, int last)
    {
        if (first == last)
            return _kinds[first];
        if (!_long.TryGetValue((first, last), out var kinds))
            _long[(first, last)] = kinds = _words.Listed(Whole(first, last));
        return kinds;
    }

    public string Whole(int first, int last) => Text[Tokens[first].Start..Tokens[last].End];

    public string Word(int at) =>
        at < 0 ? "(start)"
        : at >= Lower.Length ? "(end)"
        : Lower[at];

    public string Class(int at) =>
        at < 0 ? "(start)"
        : at >= Classes.Length ? "(end)"
        : Classes[at];

    /// <summary>What stands before a word: a space, or the first other mark.</summary>
    public string Gap(int at)
    {
        if (at >= Tokens.Count)
            return "(end)";
        var gap = Tokens[at].Gap.AsSpan().Trim();
        return at == 0 ? "(start)"
            : gap.IsEmpty ? " "
            : gap[..1].ToString();
    }

    /// <summary>A name with what belongs to it beyond its last word: "Corp.", "Ben &amp; Jerry's".</summary>
    public RecognizedEntity Entity(int first, int last, string type, string rule)
    {
        var end = Tokens[last].End;
        if (
            Tokens[last].Text is "Corp" or "Inc" or "Co" or "Ltd"
            && end < Text.Length
            && Text[end] == '.'
        )
            end++;
        else if (KeepsPossessive(first, last, type))
            end += 2;
        return new(Tokens[first].Start, Text[Tokens[first].Start..end], type, rule);
    }

    // "Ben & Jerry's", "the Sainsbury's in Leeds"
    private bool KeepsPossessive(int first, int last, string type) =>
        Tokens[last].IsPossessive
        && type == EntityTypes.Organization
        && Tokens[last].Text[^1] is not 's'
        && (
            Whole(first, last).Contains('&', StringComparison.Ordinal)
            || Gap(last + 1) is " " or ","
                && (
                    NameClues.AfterOrganization.Contains(Word(last + 1))
                    || Word(last + 1) is "is" or "was" or "has" or "will" or "said" or "says"
                )
            || first > 0
                && Lower[first - 1] == "the"
                && Tokens[first].Gap == " "
                && NameClues.Function.Contains(Word(last + 1))
        );

    private bool IsMostlyCapitalised()
    {
        var words = Tokens.Count(token => !token.IsNumber);
        var capitalised = Tokens.Count(token => token.IsCapitalised);
        return words >= FewestWordsOfHeading && capitalised * 10 >= words * 7;
    }
}
