using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Parts a message into what it asks and the text that it hands over.</summary>
internal static partial class HandedText
{
    /// <summary>Parts a message into what it asks and the text that it hands over, which is data.</summary>
    public static (string Ask, string? Handed) Part(string text)
    {
        var trimmed = text.Trim();
        if (Fence().Match(trimmed) is { Success: true } fence)
        {
            return (
                trimmed.Remove(fence.Index, fence.Length).Trim(),
                fence.Groups["text"].Value.Trim()
            );
        }
        if (Labelled().Match(trimmed) is { Success: true } labelled)
        {
            return (labelled.Groups["ask"].Value.Trim(), labelled.Groups["text"].Value.Trim());
        }
        var colon = trimmed.IndexOf(':', AfterExample(trimmed));
        if (
            colon is > 0 and < 400
            && colon + 1 < trimmed.Length
            && char.IsWhiteSpace(trimmed[colon + 1])
            && OrderOnText().IsMatch(trimmed[..colon])
        )
        {
            var handed = trimmed[(colon + 1)..].Trim().Trim('"', '“', '”').Trim();
            return (trimmed[..colon].Trim(), handed);
        }
        if (
            trimmed.Length < 8000
            && Quotation().Match(trimmed) is { Success: true } quote
            && OrderOnText().IsMatch(trimmed.Remove(quote.Index, quote.Length))
        )
        {
            return (
                trimmed.Remove(quote.Index, quote.Length).Trim(),
                quote.Groups["text"].Value.Trim()
            );
        }
        return PartLong(trimmed);
    }

    // An example object in the order holds colons that hand nothing over.
    private static int AfterExample(string text)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return open >= 0 && open < colon ? Math.Max(text.LastIndexOf('}'), open) : 0;
    }

    // A long text with a short question or order at its beginning or end.
    private static (string Ask, string? Handed) PartLong(string text)
    {
        if (text.Length < 250)
        {
            return (text, null);
        }
        var breakAt = text.IndexOf('\n');
        if (breakAt is > 0 and < 300 && IsAboutText(text[..breakAt]))
        {
            return (text[..breakAt].Trim(), text[breakAt..].Trim());
        }
        var lastBreak = text.LastIndexOf('\n');
        if (lastBreak > 0 && text.Length - lastBreak < 300 && IsAboutText(text[lastBreak..].Trim()))
        {
            return (text[lastBreak..].Trim(), text[..lastBreak].Trim());
        }
        if (text.Length < 600)
        {
            return (text, null);
        }
        var sentences = Sentences.Of(text);
        if (sentences.Count > 1 && sentences[^1].Length < 300 && IsAboutText(sentences[^1]))
        {
            return (
                sentences[^1],
                text[..text.LastIndexOf(sentences[^1], StringComparison.Ordinal)].Trim()
            );
        }
        if (sentences.Count > 1 && sentences[0].Length < 300 && IsAboutText(sentences[0]))
        {
            return (
                sentences[0],
                text[(text.IndexOf(sentences[0], StringComparison.Ordinal) + sentences[0].Length)..]
                    .Trim()
            );
        }
        return sentences.Count > 20 ? ("", text) : (text, null);
    }

    private static bool IsAboutText(string ask) =>
        ask.EndsWith('?') || OrderOnText().IsMatch(ask) || Clause.OpensQuestion(ask);

    [GeneratedRegex(
        "```[a-zA-Z0-9]*\\s*\\n?(?<text>.*?)(?:```|$)|\"\"\"(?<text>.*?)\"\"\"",
        RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Fence();

    [GeneratedRegex(
        @"^(?:text|context|passage|document|article|paragraph|input|data|story|email)\s*:\s*(?<text>.+?)\s*\n\s*(?:question|task|instruction|q)\s*:\s*(?<ask>.+)$",
        RegexOptions.Singleline | RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Labelled();

    [GeneratedRegex(
        @"\b(?:json|summari[sz]e|summary|sum up|tl;?dr|extract|count|how many (?:words|characters|letters|lines|sentences|vowels)|number of (?:words|characters|lines)|word count|reverse|backwards|upper ?case|lower ?case|capitali[sz]e|title ?case|sort|alphabet\w*|translate|translation|following|below|this (?:text|sentence|article|passage|paragraph|e-?mail|message|document|letter|note|list|story|transcript|conversation)|(?:given|based on|according to|from|in|using) (?:the|this) (?:text|article|passage|paragraph|document|context|message|e-?mail)|the (?:text|passage|article)|e-?mail addresses|proofread|paraphrase|rewrite|classify|sentiment|key ?words?|key points|list (?:all|the)|find (?:all|the)|title for|dedupe|deduplicate)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex OrderOnText();

    [GeneratedRegex(
        "\"(?<text>[^\"]+)\"|“(?<text>[^”]+)”|(?<!\\w)'(?<text>[^'\\n]+)'(?!\\w)|`(?<text>[^`]+)`",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Quotation();
}
