using System.Text.RegularExpressions;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>The forms in which people tell what is so of them, of theirs, and of things that have names.</summary>
internal static class SlotRules
{
    private const string Name = RelationRules.Name;
    private const string Attribute = @"(?<a>(?:(?!is\b|are\b|was\b)[\p{Ll}-]+\s+){0,3}[\p{Ll}-]+)";
    private const string Is =
        @"(?:is|are|was|remains|has been|will be)\s+(?:now\s+|still\s+|called\s+|currently\s+)?";
    private const string Thing =
        $@"(?<s>(?:[Tt]he\s+)?(?:{Name}(?:\s+[\p{{Ll}}]+)?|(?:[\p{{L}}-]+\s+){{0,2}}[\p{{L}}-]+))";
    private const string Self =
        @"\b(?:I|[Ww]e)(?:['’](?:ve|m|re)| have| am| are| was)?\s+(?:(?:just|only|now|recently|still|also|been|back)\s+)*";

    private static readonly (Regex Form, string? Predicate)[] All =
    [
        (
            Form(
                $@"{Self}(?:live|living|moved|settled|relocated|based|reside|came)\s+(?:back\s+)?(?:to|in)\s+(?<v>{Name})"
            ),
            "lives_in"
        ),
        (Form($@"\bhome is\s+(?:now\s+)?(?<v>{Name})"), "lives_in"),
        (
            Form(
                $@"{Self}(?:work|working|started|joined|employed)\s+(?:(?:at|for|by|with)\s+)?(?<v>{Name})"
            ),
            "works_at"
        ),
        (Form(@"\b[Ff]irst day at\s+(?<v>\p{Lu}[\p{L}\p{N}&-]*)"), "works_at"),
        (Form($@"\bI report to\s+(?<v>{Name})"), "has_manager"),
        (
            Form(@"\bI(?:['’]m| am)\s+(?:now\s+)?(?:in|on) the\s+(?<v>[\p{L}-]+)\s+team\b"),
            "has_team"
        ),
        (
            Form(
                @"\bI(?:['’]m| am|['’]ve been| have been| became| was)\s+(?:now\s+)?(?:promoted to\s+)?(?:an?\s+|the\s+)?(?<v>head of \p{L}+|(?:[\p{L}-]+\s+){0,2}(?:tester|lead|engineer|manager|director|developer|designer|analyst|teacher|nurse|doctor|lawyer|student|accountant|consultant|chef|writer|architect))\b"
            ),
            "has_role"
        ),
        (Form($@"\b[Ww]e bank with\s+(?<v>{Name})"), "has_bank"),
        (
            Form(
                $@"(?:^|[,;:]\s*|\b(?:that|so|and|but|day|morning|week|on)\s+)(?:[Mm]y|[Oo]ur)\s+{Attribute}\s+{Is}(?<v>.+)"
            ),
            null
        ),
        (
            Form(
                $@"(?<v>(?:(?:Dr|Mr|Ms|Mrs)\.?\s+)?{Name})\s+(?:is|are)\s+(?:now\s+)?(?:my|our)\s+{Attribute}"
            ),
            null
        ),
        (Form($@"(?<s>{Name})['’]s\s+{Attribute}\s+{Is}(?<v>.+)"), null),
        (Form($@"\b[Tt]he\s+{Attribute}\s+of\s+(?<s>{Name})\s+{Is}(?<v>.+)"), null),
        (
            Form(
                $@"(?:^|\s){Thing}(?:,[^,]+,)?\s+is\s+(?:now\s+)?(?:led|run|managed|headed)\s+by\s+(?<v>{Name})"
            ),
            "led_by"
        ),
        (
            Form($@"(?:^|\s){Thing}(?:,[^,]+,)?\s+is\s+(?:now\s+)?owned\s+by\s+(?<v>{Name})"),
            "owned_by"
        ),
        (
            Form(
                $@"(?<v>{Name})\s+(?:now\s+)?(?:runs|leads|heads|manages)\s+(?:the\s+)?(?<s>{Name}|[\p{{Ll}}-]+(?:\s+team)?)"
            ),
            "led_by"
        ),
        (Form($@"(?<s>{Name})\s+belongs to\s+(?:the\s+)?(?<v>{Name})"), "owned_by"),
        (
            Form(
                $@"(?:^|\s){Thing}\s+(?:costs|sells at|goes for)\s+(?<v>[$€£]?\d[\d.,]*\d?(?:\s*\p{{L}}+)?)"
            ),
            "has_price"
        ),
        (
            Form(
                $@"(?:^|\s){Thing}\s+(?:is|goes|moves|moved|stays)\s+(?:on|to)\s+(?<v>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?)"
            ),
            "has_day"
        ),
        (
            Form(
                $@"(?<s>{Name})\s+(?:is|has moved|is back|went)\s+(?:now\s+)?(?:in|into|on)\s+(?<v>planning|development|hold|review|testing|production)"
            ),
            "has_status"
        ),
        (Form($@"(?<s>{Name})\s+holds\s+(?<v>\d[\d.,]*\d?(?:\s*\p{{L}}+)?)"), "holds"),
        (
            Form($@"(?:^|\s){Thing}\s+(?:opens|will open)\s+at\s+(?<v>\d{{1,2}}[:.]\d{{2}})"),
            "opens_at"
        ),
        (Form($@"(?<s>{Name})\s+(?:now\s+)?plays for\s+(?<v>{Name})"), "plays_for"),
    ];

    /// <summary>What a sentence says, by the first form that it has; null when it has none.</summary>
    public static Slot? Read(string sentence)
    {
        foreach (var (form, predicate) in All)
        {
            var match = form.Match(sentence);
            if (!match.Success)
                continue;
            var value = Trimmed(match.Groups["v"].Value);
            if (value.Length is 0 or > 100)
                continue;
            var subject = match.Groups["s"] is { Success: true } named
                ? Article().Replace(named.Value, "")
                : null;
            return new Slot(
                subject,
                predicate ?? Predicates.Of($"has {match.Groups["a"].Value}"),
                value
            );
        }
        return null;
    }

    /// <summary>A value without what the sentence goes on to say.</summary>
    private static string Trimmed(string value) =>
        Rest().Replace(value, "").Trim(' ', ',', '.', '!', '"', '“', '”');

    private static Regex Form(string pattern) =>
        new(
            pattern,
            RegexOptions.Compiled | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1)
        );

    private static readonly Regex RestForm = Form(
        @"(?:[,;:]\s|\s+(?:now|today|again|until|since|because|so|but|and|which|who|instead|as of|from now|these days)\b|\.\s).*$"
    );

    private static readonly Regex ArticleForm = Form(@"^[Tt]he\s+|\s+plan$");

    private static Regex Rest() => RestForm;

    private static Regex Article() => ArticleForm;
}
