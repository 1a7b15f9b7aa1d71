namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Decides what a stretch of words names, the surest rules first; nothing when it seems to be no name.</summary>
internal sealed class NameTypes
{
    public const string Person = "person";
    public const string Organization = "organization";
    public const string Place = "place";

    private readonly WordKinds _words;
    private readonly SingleNames _single;
    private readonly LongNames _long;

    public NameTypes(Gazetteer gazetteer)
    {
        _words = new WordKinds(gazetteer);
        _single = new SingleNames(_words);
        _long = new LongNames(_words, _single);
    }

    public RecognizedEntity? Of(NameContext context, int first, int last)
    {
        var tokens = context.Tokens;
        var title = false;
        while (first < last && IsTitle(tokens[first], tokens[first + 1]))
        {
            title = true;
            first++;
        }
        if (first == last && NameClues.Titles.Contains(tokens[first].Text) && !title)
            return null;
        // A common word that opens a sentence is no part of the name behind it.
        while (first < last && tokens[first].Opens && IsOpening(context, first, last))
            first++;
        if (last + 1 < tokens.Count && tokens[last + 1].IsNumber && tokens[last + 1].Gap == " ")
        {
            var numbered =
                $"{context.Whole(first, last)} {tokens[last + 1].Text.TrimEnd('.', ',')}";
            if (_words.Of(numbered).HasFlag(NameKinds.Company))
                return context.Entity(first, last, Organization, "company") with
                {
                    Text = numbered,
                };
            if (first == last && !_words.Of(tokens[first].Text).HasFlag(NameKinds.City))
                return null;
        }
        return first == last && !title
            ? _single.Of(context, first)
            : _long.Of(context, first, last, title);
    }

    private bool IsOpening(NameContext context, int first, int last)
    {
        var tokens = context.Tokens;
        var word = tokens[first].Text;
        var kinds = _words.Of(word);
        if (_words.Of(context.Whole(first, last)).HasAny(~NameKinds.Common))
            return false;
        if (NameClues.Function.Contains(word))
            return true;
        if (NameClues.OrganizationHeads.Contains(word) || NameClues.PlaceOpenings.Contains(word))
            return false;
        return (kinds.HasFlag(NameKinds.Common) || _words.IsInflected(word))
            && !kinds.HasAny(NameKinds.HumanName | NameKinds.Company | NameKinds.AnyPlace)
            && !NameClues.LegalForms.Contains(tokens[last].Text)
            && !NameClues.Organizations.Contains(tokens[last].Text);
    }

    private static bool IsTitle(NameToken token, NameToken next) =>
        NameClues.Titles.Contains(token.Text.TrimEnd('.'))
        && !NameClues.Organizations.Contains(next.Text)
        && next.Gap is " " or ". ";
}
