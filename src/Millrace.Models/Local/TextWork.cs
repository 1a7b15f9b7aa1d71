using System.Text.RegularExpressions;

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
        return Count(order, text)
            ?? Extract(order, text)
            ?? Change(order, text)
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

    private static Reply? Count(string order, string text)
    {
        var match = CountOf().Match(order);
        if (!match.Success)
        {
            return null;
        }
        var what = match.Groups["what"].Value.ToLowerInvariant();
        var count = what[0] switch
        {
            'w' => WordCount(text),
            'c' or 'l' when what.StartsWith("line", StringComparison.Ordinal) => text.Split(
                '\n'
            ).Length,
            'c' => new System.Globalization.StringInfo(text).LengthInTextElements,
            'l' => text.Count(char.IsLetter),
            'v' => text.Count(letter => "aeiouAEIOU".Contains(letter, StringComparison.Ordinal)),
            'p' => text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Length,
            _ => Sentences.Of(text).Count,
        };
        var unit =
            count == 1 ? what.TrimEnd('s')
            : what.EndsWith('s') ? what
            : what + "s";
        return new Reply($"The text has {count} {unit}.", $"{count}");
    }

    private static Reply? Extract(string order, string text)
    {
        if (!Extraction().IsMatch(order))
        {
            return null;
        }
        var (kind, found) = order switch
        {
            _ when Mails().IsMatch(order) => ("e-mail addresses", Findings.Emails(text)),
            _ when Links().IsMatch(order) => ("links", Findings.Urls(text)),
            _ when Phones().IsMatch(order) => ("phone numbers", Findings.Phones(text)),
            _ when Dates().IsMatch(order) => (
                "dates",
                DatePhrases.Find(text, default).Select(date => text.Substring(date.At, date.Length))
            ),
            _ when Numbers().IsMatch(order) => (
                "numbers",
                Findings.Numbers(text).Select(number => number.Text)
            ),
            _ when NamesOf().IsMatch(order) => (
                "names",
                Names.Of(text).Select(name => name.Text).Distinct()
            ),
            _ when Terms().IsMatch(order) => ("key words", Summaries.KeyTerms(text, 8)),
            _ => ("", []),
        };
        if (kind.Length == 0)
        {
            return null;
        }
        var list = string.Join(", ", found.Take(500));
        return list.Length == 0
            ? new Reply($"I found no {kind} in the text.", "")
            : new Reply(list, list);
    }

    private static Reply? Change(string order, string text)
    {
        var match = ChangeTo().Match(order);
        if (!match.Success)
        {
            return null;
        }
        var lines = text.Split(
            '\n',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        var changed = match.Groups.Values.Skip(1).First(group => group.Success).Name switch
        {
            "reverse" when ReverseWords().IsMatch(order) => string.Join(
                ' ',
                text.Split(' ').Reverse()
            ),
            "reverse" => Reversed(text),
            "upper" => text.ToUpperInvariant(),
            "lower" => text.ToLowerInvariant(),
            "title" => Titled().Replace(text, letter => letter.Value.ToUpperInvariant()),
            "unique" => string.Join('\n', lines.Distinct(StringComparer.Ordinal)),
            _ => Sorted(order, text, lines),
        };
        return new Reply(changed, changed);
    }

    private static string Sorted(string order, string text, string[] lines)
    {
        var isList = lines.Length <= 1;
        var separator = text.Contains(',', StringComparison.Ordinal) ? ", " : " ";
        var items = isList
            ? text.Split(
                separator[0],
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
            : lines;
        var numbers = items.All(item =>
            decimal.TryParse(item, System.Globalization.CultureInfo.InvariantCulture, out _)
        );
        IEnumerable<string> sorted = numbers
            ? items.OrderBy(item =>
                decimal.Parse(item, System.Globalization.CultureInfo.InvariantCulture)
            )
            : items.Order(StringComparer.OrdinalIgnoreCase);
        sorted = Descending().IsMatch(order) ? sorted.Reverse() : sorted;
        return string.Join(isList ? separator : "\n", sorted);
    }

    private static Reply? Whole(string order, string text) =>
        WhatItSays().IsMatch(order)
            ? new Reply(text.Length <= LongestShown ? text : text[..LongestShown] + "…", text)
            : null;

    private static int WordCount(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Count(word => word.Any(char.IsLetterOrDigit));

    private static string Reversed(string text)
    {
        var elements = new List<string>();
        var walk = System.Globalization.StringInfo.GetTextElementEnumerator(text);
        while (walk.MoveNext())
        {
            elements.Add(walk.GetTextElement());
        }
        elements.Reverse();
        return string.Concat(elements);
    }

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
        @"\b(?:how many|count(?: the| all| all the)?|number of|total) (?<what>words?|characters?|chars|letters?|vowels?|lines?|sentences?|paragraphs?)\b|\b(?<what>word|character|line|sentence) count\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex CountOf();

    [GeneratedRegex(
        @"\b(?:extract|find|list|get|pull out|which|what|show|give me|identify|pick out|key ?words?|collect)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Extraction();

    [GeneratedRegex(
        @"\be-?mails?(?: address(?:es)?)?\b(?! (?:say|about|mean))",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Mails();

    [GeneratedRegex(@"\b(?:urls?|links?|web addresses)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Links();

    [GeneratedRegex(
        @"\bphones?(?: numbers?)?\b|\btelephone numbers?\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Phones();

    [GeneratedRegex(
        @"\b(?:dates|all the dates|every date|the date)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Dates();

    [GeneratedRegex(@"\b(?:numbers|figures|amounts)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"\b(?:names|people|persons|proper nouns)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NamesOf();

    [GeneratedRegex(@"\b(?:key ?words?|key ?terms?|tags|topics)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Terms();

    [GeneratedRegex(
        @"(?<reverse>\brevers(?:e|ed)\b|\bbackwards?\b)|(?<upper>\b(?:upper ?case|capital letters|all caps)\b)|(?<lower>\blower ?case\b)|(?<title>\b(?:capitali[sz]e|title ?case)\b)|(?<unique>\b(?:dedupe|deduplicate|remove (?:the )?duplicates?|unique lines)\b)|(?<sort>\b(?:sort|alphabeti\w+|alphabetical order)\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex ChangeTo();

    [GeneratedRegex(@"\bwords\b|\bword order\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex ReverseWords();

    [GeneratedRegex(
        @"\b(?:descending|reverse order|largest first|z to a|z-a)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Descending();

    [GeneratedRegex(@"\b\p{Ll}", RegexOptions.None, 1000)]
    private static partial Regex Titled();

    [GeneratedRegex(
        @"\bwhat(?:'s| is| does| text)?\b.*\b(?:image|picture|photo|screenshot|scan|document|file|text|it|page)\b.*\b(?:say|says|contain|contains|read|written|show|shows)\b|\bwhat(?:'s| is) (?:written |shown |there )?(?:in|on) (?:the|this|that|my) (?:image|picture|photo|screenshot|scan|document|file|page)\b|\b(?:read|transcribe|ocr|describe)\b.*\b(?:text|image|picture|document|photo|screenshot|scan|file|it)\b|\b(?:what|which) text\b|^(?:read|transcribe) (?:it|this|that)$|^what(?:'s| is) (?:this|that|it)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex WhatItSays();
}
