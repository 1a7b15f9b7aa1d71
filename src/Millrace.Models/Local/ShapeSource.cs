using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>What a JSON shape may be filled from: one text with its pairs, the user's facts, and the answer.</summary>
internal sealed partial class ShapeSource
{
    private const int LongestText = 64_000;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<(HashSet<string> Key, string Value)> _pairs;
    private readonly IReadOnlyList<Fact> _facts;
    private readonly IReadOnlyList<Reply> _replies;

    private ShapeSource(
        string text,
        IReadOnlyList<Fact> facts,
        IReadOnlyList<Reply> replies,
        string answer
    )
    {
        Text = text.Length <= LongestText ? text : text[..LongestText];
        _pairs = ReadPairs(Text);
        _facts = facts;
        _replies = replies;
        Answer = answer;
    }

    public string Text { get; }

    public string Answer { get; }

    public string? Summary { get; set; }

    public static ShapeSource Of(Request request, string answer, IReadOnlyList<Reply> replies)
    {
        var own = request.HandedNow ? request.Handed! : request.Ask;
        var data = request
            .Outcomes.Where(outcome => !outcome.Failed)
            .Select(outcome => outcome.Text);
        if (!request.HandedNow)
        {
            data = data.Concat(
                request
                    .Recalled.Where(part =>
                        part.Kind is RecalledKind.Context or RecalledKind.Document
                    )
                    .Select(part => part.Text)
            );
        }
        var text = string.Join(
            '\n',
            data.Append(own)
                .Select(part =>
                    Passages.Flattened(part) is { } lines ? string.Join('\n', lines) : part
                )
        );
        return new ShapeSource(text, request.HandedNow ? [] : request.Facts, replies, answer);
    }

    /// <summary>The part of the source for an object inside the shape: pairs whose path begins with its name, else all.</summary>
    public ShapeSource Within(ToolSlot slot)
    {
        var name = ToolSchema.Spaced(slot.Name).Trim();
        var own = Text.Split('\n')
            .Where(line =>
                line.StartsWith(name + " ", StringComparison.OrdinalIgnoreCase)
                && line.Contains(": ", StringComparison.Ordinal)
            )
            .Select(line => line[(name.Length + 1)..])
            .ToList();
        return own.Count > 0 ? new ShapeSource(string.Join('\n', own), [], [], "") : this;
    }

    /// <summary>One source per thing that the text lists, for an array of objects.</summary>
    public IEnumerable<ShapeSource> Segments(IReadOnlyList<ToolSlot> properties)
    {
        var hasName = properties.Any(property =>
            property.IsNamed("name", "person", "who", "title", "item", "product")
        );
        foreach (var sentence in Sentences.Of(Text).Where(sentence => !Order().IsMatch(sentence)))
        {
            foreach (var piece in hasName ? AtNames(sentence) : [sentence])
            {
                var segment = new ShapeSource(piece, [], [], "");
                var probe = new ShapeSource(piece, [], [], "");
                if (properties.Any(property => probe.Knows(property)))
                {
                    yield return segment;
                }
            }
        }
    }

    public string? Choice(ToolSlot slot)
    {
        var pair = Pair(slot);
        var all = slot.Values;
        return (pair is null ? null : Mentioned(all, pair))
            ?? Mentioned(all, Text)
            ?? (Fact(slot) is { } fact ? Mentioned(all, fact) : null);
    }

    public bool? Flag(ToolSlot slot)
    {
        if (Pair(slot) is { } pair)
        {
            return Yes().IsMatch(pair) ? true
                : No().IsMatch(pair) ? false
                : null;
        }
        if (
            _replies
                .Select(reply => reply.Value)
                .FirstOrDefault(value => value is "true" or "false") is
            { } said
        )
        {
            return said == "true";
        }
        var asked = Words.Topic(ToolSchema.Spaced(slot.Name));
        foreach (var sentence in asked.Count == 0 ? [] : Sentences.Of(Text))
        {
            if (asked.IsSubsetOf(Words.Topic(sentence)))
            {
                return !Negation().IsMatch(sentence);
            }
        }
        return null;
    }

    public decimal? Number(ToolSlot slot, bool isInteger)
    {
        var found = FindNumber(slot);
        if (
            found is not { } number
            || (isInteger && number != decimal.Truncate(number))
            || Math.Abs(number) > 9e18m
        )
        {
            return null;
        }
        return number;
    }

    public string? String(ToolSlot slot)
    {
        if (Pair(slot) is { } pair)
        {
            return IsDate(slot) ? Date(pair, slot) ?? pair : pair;
        }
        return slot switch
        {
            _ when slot.Format == "email" || slot.IsNamed("email", "mail") => Findings
                .Emails(Text)
                .FirstOrDefault(),
            _ when slot.Format is "uri" or "url" || slot.IsNamed("url", "link", "website") =>
                Findings.Urls(Text).FirstOrDefault(),
            _ when slot.IsNamed("phone", "telephone", "mobile") => Findings
                .Phones(Text)
                .FirstOrDefault(),
            _ when IsDate(slot) => Date(Text, slot)
                ?? _replies
                    .Select(reply => reply.Value)
                    .FirstOrDefault(value =>
                        value is not null && DatePhrases.Find(value, default).Any()
                    )
                ?? Fact(slot),
            _ when slot.IsNamed("time") => DatePhrases
                .TimeOfDay(Text)
                ?.ToString("HH:mm", CultureInfo.InvariantCulture),
            _ when slot.IsNamed("summary", "abstract", "tldr", "gist") => Summary,
            _ when slot.IsNamed("result", "value", "output") => _replies
                .Select(reply => reply.Value)
                .FirstOrDefault(value => value is not null)
                ?? Answer,
            _ when slot.IsNamed("answer", "reply", "response", "explanation", "message")
                    || slot.Name.Length == 0 => Answer,
            _ when slot.IsNamed("title", "headline", "subject") => Findings
                .Quotations(Text)
                .FirstOrDefault()
                ?? Sentences.Of(Text).FirstOrDefault(line => line.Length <= 100)?.TrimEnd('.'),
            _ when slot.IsNamed("currency") => Currency().Match(Text) is { Success: true } currency
                ? currency.Value.ToUpperInvariant()
                : null,
            _ => Fact(slot) ?? Beside(slot) ?? Name(slot),
        };
    }

    public IEnumerable<string> List(ToolSlot slot, string itemType, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            var words = Spaced(Text);
            return values.Where(value =>
                words.Contains(Spaced(ToolSchema.Spaced(value)), StringComparison.Ordinal)
            );
        }
        if (itemType is "number" or "integer")
        {
            return Findings
                .Numbers(Text)
                .Where(number =>
                    itemType == "number" || number.Value == decimal.Truncate(number.Value)
                )
                .Select(number => number.Text);
        }
        if (slot.IsNamed("emails", "email", "addresses"))
        {
            return Findings.Emails(Text);
        }
        if (slot.IsNamed("urls", "links", "websites"))
        {
            return Findings.Urls(Text);
        }
        if (slot.IsNamed("phones", "phone", "telephones"))
        {
            return Findings.Phones(Text);
        }
        if (slot.IsNamed("dates"))
        {
            return DatePhrases
                .Find(Text, default)
                .Where(date => date.HasYear && date.Date.Year > 1)
                .Select(date => Iso(date.Date));
        }
        if (slot.IsNamed("keywords", "tags", "topics", "terms"))
        {
            return Summaries.KeyTerms(Text, 6);
        }
        if (
            slot.IsNamed(
                "names",
                "people",
                "persons",
                "attendees",
                "participants",
                "members",
                "authors",
                "characters",
                "entities"
            )
        )
        {
            return Names
                .Of(Text)
                .Where(name => !IsPlaceAt(name.At))
                .Select(name => name.Text)
                .Distinct();
        }
        if (slot.IsNamed("cities", "places", "locations", "countries"))
        {
            return Names
                .Of(Text)
                .Where(name => IsPlaceAt(name.At))
                .Select(name => name.Text)
                .Distinct();
        }
        if (slot.IsNamed("sentences"))
        {
            return Sentences.Of(Text);
        }
        var bullets = Bullet()
            .Matches(Text)
            .Select(bullet => bullet.Groups["v"].Value.Trim())
            .ToList();
        if (bullets.Count > 0)
        {
            return bullets;
        }
        if (
            slot.IsNamed("points", "lines", "steps", "tasks", "todos", "actions", "facts")
            && Sentences.Of(Text) is { Count: > 1 } lines
        )
        {
            return lines;
        }
        var listed =
            Pair(slot)
            ?? Beside(slot)
            ?? Enumeration().Matches(Text).MaxBy(match => match.Length)?.Value;
        return listed is null
            ? []
            : ListSeparator()
                .Split(listed)
                .Select(item => item.Trim().TrimEnd('.'))
                .Where(item => item.Length > 0);
    }

    private bool Knows(ToolSlot property) =>
        property.Type switch
        {
            "number" or "integer" => FindNumber(property) is not null,
            "string" when property.Values.Count > 0 => Choice(property) is not null,
            "string" => String(property) is { Length: > 0 },
            _ => false,
        };

    private decimal? FindNumber(ToolSlot slot)
    {
        if (Pair(slot) is { } pair && Findings.Numbers(pair).ToList() is [var only, ..])
        {
            return only.Value;
        }
        if (
            slot.IsNamed(
                "result",
                "answer",
                "value",
                "count",
                "sum",
                "product",
                "total",
                "words",
                "characters",
                "days"
            ) && Said() is { } said
        )
        {
            return said;
        }
        if (
            slot.IsNamed("age")
            && (
                AgeOf().Match(Text) is { Success: true } age
                || (age = IsNumber().Match(Text)).Success
            )
        )
        {
            return decimal.Parse(age.Groups["n"].ValueSpan, CultureInfo.InvariantCulture);
        }
        if (
            slot.IsNamed("price", "cost", "amount", "total", "fee", "budget", "salary")
            && Money().Match(Text) is { Success: true } money
        )
        {
            return Take(
                decimal.Parse(
                    money.Groups["n"].Value.Replace(",", "", StringComparison.Ordinal),
                    CultureInfo.InvariantCulture
                ),
                money.Index
            );
        }
        if (slot.IsNamed("year") && Year().Match(Text) is { Success: true } year)
        {
            return decimal.Parse(year.ValueSpan, CultureInfo.InvariantCulture);
        }
        if (Fact(slot) is { } fact && Findings.Numbers(fact).ToList() is [var told, ..])
        {
            return told.Value;
        }
        var numbers = Findings
            .Numbers(Text)
            .Where(number => !_taken.Contains(Mark(number.At)))
            .ToList();
        var names = slot.Words;
        var beside = numbers
            .Where(number => Words.Topic(Around(number)).Overlaps(names))
            .Select(number => ((decimal Value, int At)?)(number.Value, number.At))
            .FirstOrDefault();
        if (beside is { } near)
        {
            return Take(near.Value, near.At);
        }
        return
            numbers.Count == 1 && !slot.IsNamed("age", "year", "score", "confidence", "probability")
            ? Take(numbers[0].Value, numbers[0].At)
            : null;
    }

    private decimal? Said() =>
        _replies
            .Select(reply => reply.Value)
            .Select(value =>
                decimal.TryParse(
                    value,
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? number
                    : (decimal?)null
            )
            .FirstOrDefault(number => number is not null);

    private decimal Take(decimal value, int at)
    {
        _taken.Add(Mark(at));
        return value;
    }

    private static string Mark(int at) => at.ToString(CultureInfo.InvariantCulture);

    private string Around((string Text, decimal Value, int At) number) =>
        Text[
            Math.Max(0, number.At - 18)..Math.Min(Text.Length, number.At + number.Text.Length + 18)
        ];

    private string? Pair(ToolSlot slot)
    {
        var name = Words.Topic(ToolSchema.Spaced(slot.Name));
        if (name.Count == 0)
        {
            return null;
        }
        foreach (var (key, value) in _pairs)
        {
            if (key.SetEquals(name))
            {
                return value;
            }
        }
        return _pairs
            .Where(pair => name.IsSubsetOf(pair.Key))
            .Select(pair => pair.Value)
            .FirstOrDefault();
    }

    private string? Fact(ToolSlot slot)
    {
        if (_facts.Count == 0)
        {
            return null;
        }
        var topics = slot switch
        {
            _ when slot.IsNamed("name") && !slot.IsNamed("file", "company", "product") => (string[])
                ["name"],
            _ when slot.IsNamed("age") => ["age"],
            _ when slot.IsNamed("city", "home", "location", "country", "lives") =>
            [
                "home",
                "origin",
            ],
            _ when slot.IsNamed("employer", "company", "organization") => ["work at", "work for"],
            _ when slot.IsNamed(
                    "job",
                    "occupation",
                    "profession",
                    "work",
                    "works",
                    "field",
                    "works on"
                ) => ["job", "work as", "work on", "work in", "work with"],
            _ when slot.IsNamed("birthday", "birthdate", "birth") => ["birthday"],
            _ when slot.IsNamed("hobby", "hobbies", "interests", "likes") => ["like"],
            _ => [$"of {Facts.Key(ToolSchema.Spaced(slot.Name))}"],
        };
        return topics
            .Select(topic => _facts.LastOrDefault(fact => fact.Topic == topic)?.Value)
            .FirstOrDefault(value => value is not null);
    }

    // "The colour is red" for a property named colour.
    private string? Beside(ToolSlot slot)
    {
        var names = Words.Topic(ToolSchema.Spaced(slot.Name));
        foreach (var match in names.Count == 0 ? [] : Is().Matches(Text).Cast<Match>())
        {
            if (
                Words.Topic(match.Groups["x"].Value) is { Count: > 0 } named
                && named.Overlaps(names)
            )
            {
                return match.Groups["v"].Value.Trim().Trim('"', '“', '”');
            }
        }
        return null;
    }

    private string? Name(ToolSlot slot)
    {
        if (slot.IsNamed("city", "location", "place", "country", "destination", "town"))
        {
            return Names
                .Of(Text)
                .Where(name => IsPlaceAt(name.At))
                .Select(name => name.Text)
                .FirstOrDefault();
        }
        if (slot.IsNamed("company", "organization", "organisation", "employer"))
        {
            return Company().Match(Text) is { Success: true } company
                ? company.Groups["v"].Value
                : null;
        }
        if (slot.IsNamed("item", "product", "task", "action", "thing"))
        {
            return Object().Match(Text) is { Success: true } thing ? thing.Groups["v"].Value : null;
        }
        return slot.IsNamed(
            "name",
            "person",
            "author",
            "customer",
            "who",
            "recipient",
            "sender",
            "speaker",
            "user",
            "contact",
            "assignee",
            "buyer",
            "winner"
        )
            ? Names
                .Of(Text)
                .Where(name => !IsPlaceAt(name.At))
                .Select(name => name.Text)
                .FirstOrDefault()
            : null;
    }

    private bool IsPlaceAt(int at) => PlaceBefore().IsMatch(Text[Math.Max(0, at - 8)..at]);

    private static bool IsDate(ToolSlot slot) =>
        slot.Format is "date" or "date-time"
        || slot.IsNamed("date", "day", "deadline", "due", "birthday", "birthdate", "when");

    private static string? Date(string text, ToolSlot slot)
    {
        var today = DateOnly.MinValue;
        var found = DatePhrases.Find(text, today).FirstOrDefault(date => date.Date.Year > 1);
        return found is null ? null
            : slot.Format == "date-time"
                ? $"{Iso(found.Date)}T{DatePhrases.TimeOfDay(text) ?? default:HH\\:mm}:00Z"
            : Iso(found.Date);
    }

    private static string Iso(DateOnly date) =>
        date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? Mentioned(IReadOnlyList<string> values, string text)
    {
        var words = Spaced(text);
        return values
            .Select(value =>
                (
                    Value: value,
                    At: words.IndexOf(Spaced(ToolSchema.Spaced(value)), StringComparison.Ordinal)
                )
            )
            .Where(each => each.At >= 0)
            .OrderBy(each => each.At)
            .Select(each => each.Value)
            .FirstOrDefault();
    }

    private static string Spaced(string text) => $" {string.Join(' ', Words.Of(text))} ";

    private static List<(HashSet<string> Key, string Value)> ReadPairs(string text) =>
        [
            .. Line()
                .Matches(text)
                .Select(match =>
                    (
                        Words.Topic(ToolSchema.Spaced(match.Groups["key"].Value)),
                        match.Groups["value"].Value.Trim().TrimEnd(',')
                    )
                )
                .Where(pair => pair.Item1.Count > 0 && pair.Item2.Length > 0),
        ];

    private static IEnumerable<string> AtNames(string sentence)
    {
        var starts = Names
            .Of(sentence)
            .Select(name => name.At)
            .Where(at => !PlaceBefore().IsMatch(sentence[Math.Max(0, at - 8)..at]))
            .ToList();
        if (starts.Count < 2)
        {
            return [sentence];
        }
        return starts.Select(
            (at, i) => sentence[at..(i + 1 < starts.Count ? starts[i + 1] : sentence.Length)]
        );
    }

    [GeneratedRegex(
        @"^[ \t]*(?:[-*•][ \t]+)?(?<key>[\p{L}][\p{L}\p{Nd} _-]{0,60}?)[ \t]*[:=][ \t]*(?<value>[^\n]+)$",
        RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Line();

    [GeneratedRegex(
        @"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+(?<v>[^\n]+)",
        RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Bullet();

    [GeneratedRegex(
        @"[^,.;:\n]{2,40}(?:,\s*(?!and\b)[^,.;:\n]{2,40})+(?:,?\s+and\s+[^,.;:\n]{2,40})?",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Enumeration();

    [GeneratedRegex(@",\s*(?:and\s+)?|\s+and\s+", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex ListSeparator();

    [GeneratedRegex(
        @"\b(?:extract|return|json|list|give me|fill)\b.*$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Order();

    [GeneratedRegex(
        @"\b(?<n>\d{1,3})[ -]?(?:years?[ -]old|yrs? old|y/?o\b)|\baged? (?:is |of )?(?<n>\d{1,3})\b|\((?<n>\d{1,3})\)|, (?<n>\d{1,3}),",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AgeOf();

    [GeneratedRegex(
        @"\b(?:is|am|turned|i'm) (?:now )?(?<n>\d{1,3})\b(?!\s*(?:%|\w))|\b(?:is|am|turned|i'm) (?:now )?(?<n>\d{1,3}) (?=and\b|but\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex IsNumber();

    [GeneratedRegex(
        @"[$€£¥]\s?(?<n>\d[\d,]{0,20}(?:\.\d{1,4})?)|\b(?<n>\d[\d,]{0,20}(?:\.\d{1,4})?)\s?(?:[$€£¥]|(?:USD|EUR|GBP|dollars?|euros?|pounds?)\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Money();

    [GeneratedRegex(@"\b(?:1[5-9]|20)\d{2}\b", RegexOptions.None, 1000)]
    private static partial Regex Year();

    [GeneratedRegex(
        @"\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|PLN|HRK|ADA|BTC|ETH)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Currency();

    [GeneratedRegex(
        @"\b(?<x>[\p{L}-]{2,30}) (?:is|was|are|were|=) (?<v>[^,.;\n]{1,80}?)(?= and | but |[,.;\n]|$)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Is();

    [GeneratedRegex(
        @"\b(?:at|for|by|with|from) (?<v>\p{Lu}[\w&'-]*(?: (?:\p{Lu}[\w&'.-]*|&))*)|\b(?<v>\p{Lu}[\w&'-]*(?: \p{Lu}[\w&'-]*)* (?:Inc|Ltd|GmbH|LLC|Corp|AG|d\.o\.o)\.?)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Company();

    [GeneratedRegex(
        @"\b(?:buy|bought|order|ordered|get|need|sold|sell|\d+ x?|x)\s+(?:\d+\s+|an? |the |some )?(?<v>[\p{L}][\p{L}-]+(?: [\p{L}-]+)?)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Object();

    [GeneratedRegex(@"\b(?:in|at|from|to|near|of|on)\s$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex PlaceBefore();

    [GeneratedRegex(@"^(?:yes|true|y|1|on)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Yes();

    [GeneratedRegex(@"^(?:no|false|n|0|off)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex No();

    [GeneratedRegex(
        @"\b(?:not|no|never|isn't|aren't|wasn't|don't|doesn't|didn't|without|cannot|can't)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Negation();
}
