using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Cuts text into sentences, and a request into the separate things that it says and asks.</summary>
internal static partial class Sentences
{
    private const int LongestClause = 600;

    private static readonly FrozenSet<string> Abbreviations = FrozenSet.ToFrozenSet([
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "vs",
        "e.g",
        "i.e",
        "no",
        "approx",
        "inc",
        "ltd",
    ]);

    /// <summary>The sentences of a text, trimmed, in order. A line break ends a sentence.</summary>
    public static List<string> Of(string text)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' || EndsSentence(text, start, i))
            {
                Add(sentences, text, start, i + 1);
                start = i + 1;
            }
        }
        Add(sentences, text, start, text.Length);
        return sentences;
    }

    /// <summary>
    /// The separate statements, questions and orders of a request, such as the two questions of
    /// "What is my name, and what do I work on?".
    /// </summary>
    public static List<Clause> Clauses(string ask)
    {
        var clauses = new List<Clause>();
        foreach (var sentence in Of(ask))
        {
            if (sentence.Length > LongestClause)
            {
                clauses.Add(new Clause(sentence));
                continue;
            }
            var joint = TakesTheRest().IsMatch(sentence) ? QuestionJoint() : Joint();
            var parts = joint.Split(sentence);
            for (var i = 0; i < parts.Length; i++)
            {
                var part = parts[i].Trim().TrimEnd(',', ';');
                var asks =
                    i < parts.Length - 1 && sentence[^1] == '?' && Clause.OpensQuestion(part);
                if (part.Length > 0)
                {
                    clauses.Add(new Clause(asks ? part + "?" : part));
                }
            }
        }
        return clauses;
    }

    private static bool EndsSentence(string text, int start, int i)
    {
        if (text[i] is not ('.' or '!' or '?' or '…' or '。' or '？' or '！'))
        {
            return false;
        }
        if (text[i] is '。' or '？' or '！' || i + 1 == text.Length)
        {
            return true;
        }
        if (!char.IsWhiteSpace(text[i + 1]))
        {
            return false;
        }
        if (text[i] != '.')
        {
            return true;
        }
        var from = i;
        while (from > start && !char.IsWhiteSpace(text[from - 1]) && i - from < 8)
        {
            from--;
        }
        var word = text[from..i];
        var isInitial = word.Length == 1 && char.IsUpper(word[0]);
        return !isInitial && !Abbreviations.Contains(word.ToLowerInvariant());
    }

    private static void Add(List<string> sentences, string text, int start, int end)
    {
        var sentence = text.AsSpan(start, end - start).Trim();
        if (sentence.ContainsAnyExcept(".!?… "))
        {
            sentences.Add(sentence.ToString());
        }
    }

    // An order whose object may itself hold "and send …" keeps everything that isn't plainly a new question.
    [GeneratedRegex(
        @"^(?:please )?(?:remind|send|e-?mail|message|text|write|note|remember|schedule|create|add|book|post|tell)\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex TakesTheRest();

    [GeneratedRegex(
        @"(?:,\s+|;\s+|\s+)(?:(?:and|but)(?: also| then)?,?\s+|then\s+|also\s+)(?=(?:what|what's|who|who's|where|when|how|which|why)\b)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex QuestionJoint();

    [GeneratedRegex(
        @"(?:,\s+|;\s+|\s+)(?:(?:and|but)(?: also| then)?,?\s+|then\s+|also\s+)(?=(?:what|what's|who|who's|where|when|how|which|why|i|i'm|i've|my|we|our|tell me|remind me|calculate|compute|convert|summari[sz]e|translate|count|extract|show|send|search|find|please|roll|set)\b)|[,;]\s+(?=(?:i|i'm|i've|my|what|what's|how (?:old|many|much|long|far|tall|big))\s|(?:who|where|when|which) (?:is|are|am|do|does|did|was) [^?]*\?$)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Joint();
}

/// <summary>One thing that a request says or asks.</summary>
internal sealed partial class Clause
{
    private HashSet<string>? _topic;

    public Clause(string text)
    {
        Text = text.Replace('’', '\'').Trim();
        Plain = Text.Length > 600 ? Text : Opening().Replace(Text, "").TrimEnd('.', '!', '?', ' ');
        IsQuestion = Text.EndsWith('?') || OpensQuestion(Plain);
    }

    /// <summary>As written, with straight apostrophes.</summary>
    public string Text { get; }

    /// <summary>Without greeting and filler in front and the mark at the end.</summary>
    public string Plain { get; }

    public bool IsQuestion { get; }

    public HashSet<string> Topic => _topic ??= Words.Topic(Plain);

    public static bool OpensQuestion(string text) => text.Length <= 600 && Question().IsMatch(text);

    [GeneratedRegex(
        @"^(?:(?:hi|hello|hey|ok|okay|so|well|oh|um|actually|no|yes|and|but|also|then|please|sorry|correction|thanks|by the way|btw)\b(?: there| millrace)?[,!.:]*\s+)+",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Opening();

    [GeneratedRegex(
        @"^(?:and |so |please |but )*(?:what|what's|whats|who|who's|whom|whose|where|where's|when|when's|which|why|how|is|are|am|was|were|do|does|did|can|could|will|would|should|has|have you|tell me|remind me (?:what|who|where|when|which|how|of)|do you)\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Question();
}
