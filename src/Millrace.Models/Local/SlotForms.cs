using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Finds text of the form that an argument's name or format asks for: addresses, places, dates, currencies, people.</summary>
internal static partial class SlotForms
{
    /// <summary>False when free text may fill the argument; else the text of its form, or null when there is none.</summary>
    public static bool TryFind(
        ToolSlot slot,
        ToolSchema tool,
        Clause clause,
        DateOnly today,
        HashSet<string> taken,
        out string? value
    )
    {
        var text = clause.Plain;
        (var isOfForm, value) = slot switch
        {
            _ when slot.Format == "email" || slot.IsNamed("email", "mail") => (
                true,
                Findings.Emails(text).FirstOrDefault(mail => !taken.Contains(mail))
            ),
            _ when slot.Format is "uri" or "url" || slot.IsNamed("url", "link", "uri") => (
                true,
                Findings.Urls(text).FirstOrDefault()
            ),
            _ when slot.IsNamed("expression", "formula", "calculation", "equation", "expr") => (
                true,
                Arithmetic.Find(clause)
            ),
            _ when slot.IsNamed("currency") || Currencies().IsMatch(slot.Description) => (
                true,
                Currency(slot, text, taken)
            ),
            _ when slot.IsNamed("phone", "telephone", "mobile") => (
                true,
                Findings.Phones(text).FirstOrDefault()
            ),
            _ when slot.IsNamed("timezone", "time zone", "tz", "zone") => (true, Zone(text)),
            _ when slot.IsDate => (true, Date(text, today)),
            _ when slot.IsNamed("time", "at") => (
                true,
                DatePhrases.TimeOfDay(text)?.ToString("HH:mm", CultureInfo.InvariantCulture)
            ),
            _ when slot.IsPlace => (true, Place(slot, text, taken)),
            _ when slot.IsNamed("language", "lang") => (true, First(Language(), text, Capital)),
            _ when slot.IsNamed("symbol", "ticker") => (true, First(Symbol(), text)),
            _ when slot.IsNamed(People) => (true, Person(tool, text)),
            _ when slot.IsNamed("id", "number", "code", "key", "reference") => (
                true,
                First(Identifier(), text)
            ),
            _ => (false, null),
        };
        return isOfForm;
    }

    private static readonly string[] People =
    [
        "to",
        "recipient",
        "contact",
        "person",
        "who",
        "receiver",
        "attendee",
        "user",
        "customer",
        "client",
        "employee",
        "assignee",
        "guest",
    ];

    private static string? First(Regex form, string text, Func<string, string>? written = null) =>
        form.Match(text) is { Success: true } match
            ? (written ?? (value => value))(match.Groups["v"].Value)
            : null;

    private static string? Zone(string text) =>
        First(InPlace(), text, name => TimeZones.Find(name)?.Id ?? name);

    /// <summary>"Paris and Zagreb" as two places, for a tool that takes one.</summary>
    public static IReadOnlyList<string> Several(object? value) =>
        value is string text && Places().IsMatch(text) ? ListSeparator().Split(text) : [];

    public static string? Date(string text, DateOnly today)
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
            slot.IsNamed("from", "origin", "pickup") ? FromPlace()
            : slot.IsNamed("to", "destination") ? ToPlace()
            : InPlace();
        if (way.Match(text) is { Success: true } match)
        {
            var place = FreeText.Times().Replace(match.Groups["v"].Value, "").Trim();
            if (place.Length > 0 && !taken.Contains(place))
            {
                return place;
            }
        }
        return Names
                .Of(text)
                .Select(name => name.Text)
                .FirstOrDefault(name => !taken.Contains(name))
            ?? First(PlainPlace(), text);
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

    private static string? Person(ToolSchema tool, string text) =>
        Findings.Emails(text).FirstOrDefault() ?? First(ToPerson(), text) ?? Name(tool, text);

    /// <summary>The first name in a request, without the order that it may begin with ("Bill Initech").</summary>
    public static string? Name(ToolSchema tool, string text)
    {
        var (name, at) = Names.Of(text).FirstOrDefault();
        return
            at == 0
            && name?.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space
            && tool.AllWords.Contains(Words.Stem(name[..space].ToLowerInvariant()))
            ? name[(space + 1)..]
            : name;
    }

    private static string Capital(string word) =>
        char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant();

    [GeneratedRegex(@",\s*(?:and\s+)?|\s+and\s+|\s*&\s*", RegexOptions.IgnoreCase, 1000)]
    public static partial Regex ListSeparator();

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
        @"\b(?:email|e-mail|mail|message|text|write|write to|send|send to|to|with|call|invite|for|notify|tell|ping) (?<v>\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+)*)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex ToPerson();

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

    // "in the nursery", "to the airport"
    [GeneratedRegex(
        @"\b(?:in|at|to|from|for|into|of) (?:the|my|our) (?<v>(?!next\b|morning\b|evening\b|afternoon\b)[a-z]+(?: (?!at\b|on\b|in\b|to\b|by\b|for\b|from\b|please\b|now\b|down\b|up\b|off\b)[a-z]+)?)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex PlainPlace();
}
