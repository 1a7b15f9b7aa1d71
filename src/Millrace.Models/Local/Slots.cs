using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Fills a tool's arguments from a request by their types, names and forms, and checks them against the schema.</summary>
internal static partial class Slots
{
    /// <summary>The arguments found, and the required ones that were not.</summary>
    public sealed record Filled(Dictionary<string, object?> Arguments, List<ToolSlot> Missing);

    public static Filled Fill(ToolSchema tool, Clause clause, Request request, DateOnly today)
    {
        var text = clause.Plain;
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        var numbers = Findings.Numbers(text).ToList();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var slot in tool.Slots.OrderByDescending(slot => slot.IsRequired))
        {
            var value = Value(slot, tool, clause, request, today, numbers, taken);
            if (value is not null && Fits(slot, value))
            {
                arguments[slot.Name] = value;
                taken.Add(Convert.ToString(value, CultureInfo.InvariantCulture)!);
            }
        }
        return new Filled(
            arguments,
            [.. tool.Slots.Where(slot => slot.IsRequired && !arguments.ContainsKey(slot.Name))]
        );
    }

    /// <summary>The value that a short answer to a question gives for one argument.</summary>
    public static object? FromAnswer(ToolSlot slot, string answer, DateOnly today)
    {
        var text = AnswerLead()
            .Replace(answer.Trim().TrimEnd('.', '!'), "")
            .Trim('"', '\'', '“', '”');
        object? value = slot switch
        {
            { Values.Count: > 0 } => Mentioned(slot.Values, text),
            { IsNumber: true } => Findings
                .Numbers(text)
                .Select(number => Number(slot, number.Value))
                .FirstOrDefault(),
            { Type: "boolean" } => text.StartsWith("y", StringComparison.OrdinalIgnoreCase),
            { Type: "array" } => new JsonArray([
                .. ListSeparator().Split(text).Select(item => JsonValue.Create(item)),
            ]),
            _ when IsDate(slot) => Date(text, today) ?? text,
            { Type: "string" } => text.Length > 0 ? text : null,
            _ => null,
        };
        return value is not null && Fits(slot, value) ? value : null;
    }

    /// <summary>"Paris and Zagreb" as two places, for a tool that takes one.</summary>
    public static IReadOnlyList<string> Several(object? value) =>
        value is string text && Places().IsMatch(text) ? ListSeparator().Split(text) : [];

    /// <summary>A slot that only text of its own form can fill, unlike free text.</summary>
    public static bool IsOfOwnForm(ToolSlot slot) =>
        slot.IsNumber
        || slot.Values.Count > 0
        || slot.Format.Length > 0
        || IsPlace(slot)
        || slot.IsNamed("currency", "email", "url", "id", "phone", "expression");

    public static bool IsPlace(ToolSlot slot) =>
        slot.Type == "string"
        && slot.IsNamed(
            "city",
            "location",
            "place",
            "town",
            "where",
            "country",
            "region",
            "destination",
            "address"
        );

    private static object? Value(
        ToolSlot slot,
        ToolSchema tool,
        Clause clause,
        Request request,
        DateOnly today,
        List<(string Text, decimal Value, int At)> numbers,
        HashSet<string> taken
    )
    {
        var text = clause.Plain;
        return slot.Type switch
        {
            _ when slot.Values.Count > 0 => Mentioned(slot.Values, text),
            "number" or "integer" => NumberFor(slot, tool, text, numbers),
            "boolean" => Flag(slot, clause),
            "string" => String(slot, tool, clause, request, today, taken),
            "array" => List(slot, text),
            _ => null,
        };
    }

    private static string? String(
        ToolSlot slot,
        ToolSchema tool,
        Clause clause,
        Request request,
        DateOnly today,
        HashSet<string> taken
    )
    {
        var text = clause.Plain;
        if (slot.Format == "email" || slot.IsNamed("email", "mail"))
        {
            return Findings.Emails(text).FirstOrDefault(mail => !taken.Contains(mail));
        }
        if (slot.Format is "uri" or "url" || slot.IsNamed("url", "link", "uri"))
        {
            return Findings.Urls(text).FirstOrDefault();
        }
        if (slot.IsNamed("expression", "formula", "calculation", "equation", "expr"))
        {
            return Arithmetic.Find(clause);
        }
        if (slot.IsNamed("currency") || Currencies().IsMatch(slot.Description))
        {
            return Currency(slot, text, taken);
        }
        if (slot.IsNamed("phone"))
        {
            return Findings.Phones(text).FirstOrDefault();
        }
        if (slot.IsNamed("timezone", "time zone", "tz", "zone"))
        {
            return InPlace().Match(text) is { Success: true } zone
                ? TimeZones.Find(zone.Groups["v"].Value)?.Id ?? zone.Groups["v"].Value
                : null;
        }
        if (IsDate(slot))
        {
            return Date(text, today);
        }
        if (slot.IsNamed("time", "at"))
        {
            return DatePhrases.TimeOfDay(text)?.ToString("HH:mm", CultureInfo.InvariantCulture);
        }
        if (IsPlace(slot))
        {
            return Place(slot, text, taken);
        }
        if (slot.IsNamed("language", "lang"))
        {
            return Language().Match(text) is { Success: true } language
                ? Capital(language.Groups["v"].Value)
                : null;
        }
        if (slot.IsNamed("symbol", "ticker"))
        {
            return Symbol().Match(text) is { Success: true } symbol
                ? symbol.Groups["v"].Value
                : null;
        }
        if (
            slot.IsNamed(
                "to",
                "recipient",
                "contact",
                "person",
                "who",
                "receiver",
                "attendee",
                "user",
                "customer"
            )
        )
        {
            return Recipient(text);
        }
        if (slot.IsNamed("id", "number", "code", "key", "reference"))
        {
            return Identifier().Match(text) is { Success: true } id ? id.Groups["v"].Value : null;
        }
        var quoted = Findings
            .Quotations(clause.Text)
            .FirstOrDefault(quote => !taken.Contains(quote));
        return quoted ?? Worded(slot, tool, clause, request);
    }

    // Free text: what follows the word that announces it, or what is left of the request.
    private static string? Worded(ToolSlot slot, ToolSchema tool, Clause clause, Request request)
    {
        var text = clause.Plain;
        if (slot.IsNamed("subject", "topic", "title", "about"))
        {
            return About().Match(text) is { Success: true } about
                ? about.Groups["v"].Value.Trim()
                : null;
        }
        if (
            slot.IsNamed(
                "body",
                "message",
                "content",
                "note",
                "text",
                "reminder",
                "task",
                "todo",
                "item",
                "description",
                "what"
            )
        )
        {
            if (request.HandedNow)
            {
                return request.Handed;
            }
            return Saying().Match(text) is { Success: true } saying
                    ? Untimed(saying.Groups["v"].Value)
                : Remind().Match(text) is { Success: true } remind
                    ? Untimed(remind.Groups["v"].Value)
                : OnlyString(slot, tool) ? Rest(text)
                : null;
        }
        if (
            slot.IsNamed(
                "query",
                "q",
                "question",
                "search",
                "keywords",
                "input",
                "prompt",
                "term",
                "expression"
            )
        )
        {
            return Rest(text);
        }
        if (slot.IsNamed("name"))
        {
            return Called().Match(text) is { Success: true } called
                ? called.Groups["v"].Value
                : Findings.Names(text).Select(name => name.Text).FirstOrDefault();
        }
        if (OnlyString(slot, tool) && slot.IsRequired)
        {
            return Findings.Names(text).Select(name => name.Text).FirstOrDefault() ?? Rest(text);
        }
        return null;
    }

    private static bool OnlyString(ToolSlot slot, ToolSchema tool) =>
        tool.Slots.Count(other => other is { Type: "string", Values.Count: 0, IsRequired: true })
            == 1
        && slot.IsRequired;

    private static string? Rest(string text)
    {
        var rest = Lead().Replace(text, "").Trim();
        return rest.Length > 0 && Lead().IsMatch(text) ? rest
            : text.Length > 0 ? text
            : null;
    }

    private static string Untimed(string text)
    {
        var plain = Times().Replace(text, "").Trim(' ', ',', '"', '“', '”', '\'');
        return plain.Length > 0 ? plain : text;
    }

    private static string? Mentioned(IReadOnlyList<string> values, string text)
    {
        var words = $" {string.Join(' ', Words.Of(text))} ";
        var stems = Words.Topic(text);
        return values
                .OrderByDescending(value => value.Length)
                .FirstOrDefault(value =>
                    words.Contains(
                        $" {string.Join(' ', Words.Of(ToolSchema.Spaced(value)))} ",
                        StringComparison.Ordinal
                    )
                )
            ?? values.FirstOrDefault(value =>
                Words.Topic(ToolSchema.Spaced(value)) is { Count: > 0 } wanted
                && wanted.IsSubsetOf(stems)
            );
    }

    private static object? NumberFor(
        ToolSlot slot,
        ToolSchema tool,
        string text,
        List<(string Text, decimal Value, int At)> numbers
    )
    {
        if (numbers.Count == 0)
        {
            return
                WrittenNumber().Match(text) is { Success: true } written
                && Calculator.TryEvaluate(written.Value, out var worth, out _)
                ? Number(slot, worth)
                : null;
        }
        // The number beside a word of the argument's name, else the numbers in order.
        var slots = tool.Slots.Where(other => other.IsNumber).ToList();
        var names = Words.Topic(ToolSchema.Spaced(slot.Name));
        var beside = numbers.FindIndex(number => Words.Topic(Around(text, number)).Overlaps(names));
        var at =
            beside >= 0 && slots.Count > 1
                ? beside
                : slots
                    .Where(other => other.IsRequired == slot.IsRequired || other.IsRequired)
                    .TakeWhile(other => other != slot)
                    .Count();
        if (!slot.IsRequired && beside < 0 && slots.Exists(other => other.IsRequired))
        {
            return null;
        }
        return at < numbers.Count ? Number(slot, numbers[at].Value) : null;
    }

    private static string Around(string text, (string Text, decimal Value, int At) number)
    {
        var start = Math.Max(0, number.At - 14);
        var end = Math.Min(text.Length, number.At + number.Text.Length + 14);
        return text[start..end];
    }

    private static object? Number(ToolSlot slot, decimal value)
    {
        var isWhole = value == decimal.Truncate(value) && Math.Abs(value) < 9e18m;
        object? whole = isWhole ? (long)value : null;
        return slot.Type == "integer" ? whole : whole ?? (double)value;
    }

    private static object? Flag(ToolSlot slot, Clause clause) =>
        Words.Topic(ToolSchema.Spaced(slot.Name)) is { Count: > 0 } names
        && names.IsSubsetOf(clause.Topic)
            ? !Negation().IsMatch(clause.Plain)
            : null;

    private static JsonArray? List(ToolSlot slot, string text)
    {
        IEnumerable<string> items =
            slot.IsNamed("emails", "recipients", "to", "attendees") && Findings.Emails(text).Any()
                ? Findings.Emails(text)
                : Findings.Quotations(text);
        var found = items.ToList();
        if (found.Count == 0)
        {
            found = [.. Findings.Names(text).Select(name => name.Text)];
        }
        return found.Count == 0
            ? null
            : new JsonArray([.. found.Select(item => JsonValue.Create(item))]);
    }

    private static bool IsDate(ToolSlot slot) =>
        slot.Format is "date" or "date-time"
        || slot.IsNamed("date", "day", "deadline", "due", "start", "end", "datetime", "when")
            && !slot.IsNamed("time");

    private static string? Date(string text, DateOnly today)
    {
        if (
            DatePhrases.Ambiguous(text) is not null
            || DatePhrases.Find(text, today).FirstOrDefault() is not { } found
        )
        {
            return null;
        }
        var date = !found.HasYear && found.Date < today ? found.Date.AddYears(1) : found.Date;
        return date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static string? Place(ToolSlot slot, string text, HashSet<string> taken)
    {
        var way =
            slot.IsNamed("from", "origin") ? FromPlace()
            : slot.IsNamed("to", "destination") ? ToPlace()
            : InPlace();
        if (way.Match(text) is { Success: true } match)
        {
            var place = Times().Replace(match.Groups["v"].Value, "").Trim();
            if (place.Length > 0 && !taken.Contains(place))
            {
                return place;
            }
        }
        return Findings
            .Names(text)
            .Select(name => name.Text)
            .FirstOrDefault(name => !taken.Contains(name));
    }

    private static string? Currency(ToolSlot slot, string text, HashSet<string> taken)
    {
        var found = CurrencyName()
            .Matches(text)
            .Select(match => Code(match.Value))
            .Where(code => !taken.Contains(code))
            .ToList();
        var target = CurrencyTarget().Match(text);
        if (slot.IsNamed("to", "target") && target.Success)
        {
            return Code(target.Groups["v"].Value);
        }
        return found.FirstOrDefault();
    }

    private static string Code(string name) =>
        name.ToLowerInvariant() switch
        {
            "$" or "dollar" or "dollars" or "bucks" => "USD",
            "€" or "euro" or "euros" => "EUR",
            "£" or "pound" or "pounds" => "GBP",
            "¥" or "yen" => "JPY",
            "franc" or "francs" => "CHF",
            "rupee" or "rupees" => "INR",
            "zloty" or "zlotys" => "PLN",
            var code => code.ToUpperInvariant(),
        };

    private static string? Recipient(string text) =>
        Findings.Emails(text).FirstOrDefault()
        ?? (ToPerson().Match(text) is { Success: true } person ? person.Groups["v"].Value : null)
        ?? Findings.Names(text).Select(name => name.Text).FirstOrDefault();

    private static bool Fits(ToolSlot slot, object value)
    {
        if (value is string text)
        {
            return !slot.Schema.TryGetInt("minLength", out var shortest) || text.Length >= shortest;
        }
        if (value is not (long or double))
        {
            return true;
        }
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return (!slot.Schema.TryGetNumber("minimum", out var least) || number >= least)
            && (!slot.Schema.TryGetNumber("maximum", out var most) || number <= most);
    }

    private static string Capital(string word) =>
        char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant();

    [GeneratedRegex(
        @"^(?:it's|it is|in|to|for|use|the|on|at|make it|please)\s+",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AnswerLead();

    [GeneratedRegex(@",\s*(?:and\s+)?|\s+and\s+|\s*&\s*", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex ListSeparator();

    [GeneratedRegex(
        @"^\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)*(?:(?:,\s*(?:and\s+)?|\s+and\s+)\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)*)+$",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Places();

    [GeneratedRegex(@"\bcurrency\b|\bISO 4217\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Currencies();

    [GeneratedRegex(
        @"\b(?:in|for|at|near|around|of) (?<v>\p{Lu}[\p{L}'./_-]*(?:(?: (?:and )?|, (?:and )?)\p{Lu}[\p{L}'-]*)*)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex InPlace();

    [GeneratedRegex(
        @"\bfrom (?<v>\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)*)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex FromPlace();

    [GeneratedRegex(@"\bto (?<v>\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)*)", RegexOptions.None, 1000)]
    private static partial Regex ToPlace();

    [GeneratedRegex(
        @"\b(?:to|into|in) (?<v>english|german|french|spanish|italian|croatian|chinese|japanese|russian|polish|dutch|portuguese|latin|arabic|greek|turkish|swedish|norwegian|danish|finnish|czech|hungarian|korean|hindi|ukrainian|romanian|serbian|slovene|slovak)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Language();

    [GeneratedRegex(
        @"\$?\b(?<v>[A-Z]{1,5}(?:\.[A-Z])?)\b(?<!\bI)(?<!\bA)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Symbol();

    [GeneratedRegex(@"(?:#|\b(?=[\w-]*\d))(?<v>[A-Za-z0-9][\w-]*)", RegexOptions.None, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex(
        @"\b(?:about|regarding|on the subject of|titled|entitled|with (?:the )?(?:subject|title)|called|named) (?<v>.+?)(?= (?:saying|that says|on|at|tomorrow|today|next|for)\b|$)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex About();

    [GeneratedRegex(
        @"\b(?:saying|that says|telling (?:him|her|them)|tell (?:him|her|them)|with the (?:text|message|body)|to say|note that|message that|add|note|write down|jot down)(?: that)?:? (?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Saying();

    [GeneratedRegex(
        @"\bremind(?:er)?(?: me)?(?: (?:on|at|next|tomorrow|today|in) [\w: ]{1,20}?)?,? (?:to|about|that|of) (?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Remind();

    [GeneratedRegex(
        @"\b(?:called|named|titled) (?<v>[\w'-]+(?: [\w'-]+){0,4})",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Called();

    [GeneratedRegex(
        @"\b(?:email|e-mail|mail|message|text|write|write to|send|send to|to|with|call|invite|for|notify|tell|ping) (?<v>\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+)*)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex ToPerson();

    [GeneratedRegex(
        @"^(?:(?:can|could|would) you |please |i (?:want|need) (?:you )?to |i'd like to )*(?:use \S+(?: tool)? to |(?:do |run |make )?(?:a )?(?:web |file |document |graph |internet |online )?(?:search|look up|lookup|find|google|query|look)(?: (?:for|up|in|through|on|the|my|our|all|web|internet|files?|documents?|docs|notes|knowledge base|database|online|graph))* (?:for |about |on )?|(?:find out|check|get|show me|tell me|play|add|note|open) )",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Lead();

    [GeneratedRegex(
        @",? \b(?:(?:on|at|by|before|next|this|from|until|every|for) )?(?:today|tomorrow|tonight|now|right now|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{1,2}(?::\d{2})?\s?(?:am|pm)|\d{1,2}:\d{2}|\d{4}-\d{2}-\d{2}|noon|midnight|(?:this |next )(?:week|month|morning|afternoon|evening)|in celsius|in fahrenheit)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Times();

    [GeneratedRegex(
        @"\b(?:a |one |two |three |four |five |six |seven |eight |nine |ten |eleven |twelve |fifteen |twenty |thirty |forty |fifty |sixty |hundred |dozen )+(?<!\ba )(?=\w)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex WrittenNumber();

    [GeneratedRegex(@"\b(?:not|no|without|don't|never)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Negation();

    [GeneratedRegex(
        @"[$€£¥]|\b(?:USD|EUR|GBP|JPY|CHF|INR|PLN|CAD|AUD|NZD|CNY|SEK|NOK|DKK|CZK|HUF|HRK|BRL|MXN|ZAR|KRW|SGD|BTC|ETH|ADA|dollars?|euros?|pounds?|yen|francs?|rupees?|zlotys?)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex CurrencyName();

    [GeneratedRegex(
        @"\b(?:to|into|in|as) (?<v>USD|EUR|GBP|JPY|CHF|INR|PLN|CAD|AUD|NZD|CNY|SEK|NOK|DKK|CZK|HUF|HRK|BRL|MXN|ZAR|KRW|SGD|BTC|ETH|ADA|dollars?|euros?|pounds?|yen|francs?|rupees?|zlotys?)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex CurrencyTarget();
}
