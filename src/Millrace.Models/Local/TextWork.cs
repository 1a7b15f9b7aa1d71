using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>Does to a handed text what can be done by rule: summarise, count, extract, reverse, sort, change case.</summary>
internal sealed partial class TextWork(Summaries summaries)
{
    private const int LongestShown = 4000;

    public async ValueTask<Reply?> AnswerAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var order = clause.Plain;
        if (order.Length > 1000)
        {
            return null;
        }
        if (Translate().IsMatch(order))
        {
            return new Reply(
                $"I can't translate: no language model is connected. {Replies.Connect}"
            )
            {
                IsRefusal = false,
            };
        }
        var text = TextFor(order, request);
        if (text is null)
        {
            return NeedsText().IsMatch(order)
                ? new Reply("Which text? Paste it after a colon, please.")
                : null;
        }
        if (Summarise().IsMatch(order))
        {
            var summary = await summaries.OfAsync(text, Length(order), cancellationToken);
            return new Reply(summary, summary);
        }
        return TextCounts.Answer(order, text)
            ?? TextExtracts.Answer(order, text)
            ?? TextChanges.Answer(order, text)
            ?? Whole(order, text);
    }

    private static string? TextFor(string order, Request request)
    {
        if (request.HandedNow)
        {
            return request.Handed;
        }
        if (Inline().Match(order) is { Success: true } inline)
        {
            return inline.Groups["text"].Value.Trim('"', '\'', ' ');
        }
        var documents = request
            .Recalled.Where(part => part.Kind == RecalledKind.Document)
            .Select(part => part.Text)
            .ToList();
        if (documents.Count > 0)
        {
            return string.Join('\n', documents);
        }
        if (TheConversation().IsMatch(order) && request.Told.Count > 0)
        {
            return string.Join('\n', request.Told.Select(clause => clause.Text));
        }
        return request.Handed;
    }

    private static int Length(string order)
    {
        var match = InSentences().Match(order);
        if (!match.Success)
        {
            return Brief().IsMatch(order) ? 1 : 3;
        }
        return
            Calculator.TryEvaluate(match.Groups["n"].Value, out var count, out _)
            && count is >= 1 and <= 50
            ? (int)count
            : 3;
    }

    private static Reply? Whole(string order, string text) =>
        WhatItSays().IsMatch(order)
            ? new Reply(text.Length <= LongestShown ? text : text.CutTo(LongestShown) + "…", text)
            : null;

    [GeneratedRegex(
        @"^(?:can you |could you )?translate\b|\btranslat(?:e|ion) (?:this|it|the|of|to|into)\b|\bhow do (?:you|i) say\b.*\bin \w+$|^what(?:'s| is)\b.*\bin (?:german|french|spanish|italian|croatian|chinese|japanese|russian|polish|dutch|portuguese|latin)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Translate();

    [GeneratedRegex(
        @"^(?:(?:can|could|would) you |please |i want you to )*(?:summari[sz]e|sum up|extract|reverse|(?:upper|lower)case|sort|alphabeti[sz]e|count the (?:words|characters|letters|lines|sentences))\b|^(?:give|write|make) (?:me )?a (?:short |brief )?summary\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex NeedsText();

    [GeneratedRegex(
        @"\b(?:summari[sz]e|summary|sum (?:it |this )?up|tl;?dr|key points|main points?|gist)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Summarise();

    [GeneratedRegex(
        @"^(?:(?:how many|count the|number of) (?:words|characters|letters|vowels|sentences)(?: are| are there)? in (?:the )?(?:word |sentence |phrase |text )?|(?:reverse|uppercase|lowercase|capitali[sz]e|sort) (?:the )?(?:word |string |text |letters of )?)(?<text>(?!this\b|it\b|the\b|that\b|these\b|them\b|lines\b|words?\b|following\b|my\b).+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Inline();

    [GeneratedRegex(
        @"\b(?:conversation|chat|discussion|what i said|so far|our talk)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex TheConversation();

    [GeneratedRegex(
        @"\b(?<n>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten) (?:short )?(?:sentences?|lines?|bullet points?|bullets|points)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex InSentences();

    [GeneratedRegex(
        @"\b(?:tl;?dr|gist|main point\b|in a sentence|very short|shortest)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Brief();

    [GeneratedRegex(
        @"\bwhat(?:'s| is| does| text)?\b.*\b(?:image|picture|photo|screenshot|scan|document|file|text|it|page)\b.*\b(?:say|says|contain|contains|read|written|show|shows)\b|\bwhat(?:'s| is) (?:written |shown |there )?(?:in|on) (?:the|this|that|my) (?:image|picture|photo|screenshot|scan|document|file|page)\b|\b(?:read|transcribe|ocr|describe)\b.*\b(?:text|image|picture|document|photo|screenshot|scan|file|it)\b|\b(?:what|which) text\b|^(?:read|transcribe) (?:it|this|that)$|^what(?:'s| is) (?:this|that|it)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex WhatItSays();
}
