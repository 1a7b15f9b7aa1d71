using System.Text.RegularExpressions;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>
/// The forms in which people tell what is so of them, of theirs, and of what has a name, most particular first. The group
/// <c>s</c> is whom or what it is about (without one: the user), <c>a</c> the attribute where the form gives no
/// predicate, and <c>v</c> the value.
/// </summary>
internal static class SaidForms
{
    private const string Name =
        $@"(?:(?:St|Dr|Mr|Ms|Mrs|Prof)\.?\s+)?{RelationRules.Name}(?:['’]s\s+(?=\p{{Lu}}){RelationRules.Name})?";

    private const string Attribute =
        @"(?<a>(?:(?!is\b|are\b|was\b)[\p{L}-]+\s+){0,3}?(?!is\b|are\b|was\b)[\p{Ll}-]+)";

    private const string Is =
        @"(?:is|are|was|remains|has been|will be|became|has become)\s+(?:now\s+|still\s+|called\s+|currently\s+)?";

    /// <summary>A value takes the place of another.</summary>
    private const string Becomes =
        $@"(?:{Is}|(?:has\s+|have\s+)?(?:changed|switched|moved|went|gone|rose|risen|fell|fallen|dropped|grew|grown|(?:is|was|been|were)\s+(?:raised|cut|increased|reduced|lowered|changed|moved|extended|set|put))(?:\s+(?:up|down|back|again))*(?:\s+from\s+[^,]{{1,40}}?)?\s+(?:to|at)\s+)";

    /// <summary>Who does something, with the small words between that and the deed.</summary>
    private const string Who =
        $@"(?:\b(?:I|[Ww]e)\b|(?<s>{Name}))(?:['’](?:s|ve|m|re|d)\b)?(?:,[^,]{{3,60}},)?(?:\s+(?:is|am|are|has|have|had|was|were|been|now|just|only|recently|still|also|finally|back|currently|instead)\b)*\s+";

    /// <summary>Something, named or not.</summary>
    private const string Thing =
        $@"(?:\b[Tt]he\s+(?<s>(?:[\p{{L}}\p{{N}}-]+\s+){{0,2}}?[\p{{L}}\p{{N}}-]+)|(?<s>{Name})(?:\s+(?!is\b|was\b|has\b)\p{{Ll}}+)?)(?:['’]s)?(?:,[^,]{{3,60}},)?";

    private const string Number = @"(?<v>[$€£]?\d[\d.,]*\d?(?:\s*(?:%|\p{L}+))?)";
    private const string Version = @"v?\d+(?:\.\d+)+";
    private const string Weekday = @"(?<v>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?)";
    private const string Person = $@"(?<v>(?:(?:Dr|Mr|Ms|Mrs|Prof)\.?\s+)?{Name})";

    /// <summary>The deeds that a person does at one place at a time; their names are in the question, too.</summary>
    private static readonly (string Deed, string Predicate)[] Deeds =
    [
        (
            $@"(?:lives?|living|lived|moved|moving|relocated|settled|resides?|based|left|off|came|come|gone)\s+(?:there\s+|down\s+|over\s+|back\s+)?(?:to|in|for)\s+(?<v>{Name})(?!\s+from\b)",
            "lives_in"
        ),
        (
            $@"(?:works?|working|worked|employed|started|hired|joined)\s+(?:as\s+[^,]{{2,40}}\s+)?(?:at|for|by|with)\s+(?:the\s+)?(?<v>{Name})",
            "works_at"
        ),
        (
            $@"(?:an?|the)\s+(?:\p{{Ll}}+\s+){{1,3}}(?:at|for|with)\s+(?:the\s+)?(?<v>{Name})",
            "works_at"
        ),
        ($@"joined\s+(?:the\s+)?(?<v>{Name})", "works_at"),
        ($@"(?:teaches|teaching|taught)\s+(?:\p{{Ll}}+\s+)?at\s+(?<v>{Name})", "teach_at"),
        ($@"(?:plays?|playing|played)\s+for\s+(?<v>{Name})", "plays_for"),
        (
            $@"(?:stud(?:y|ies|ying|ied)|reading|reads)\s+(?!at\b)(?:\p{{Ll}}+\s+)?at\s+(?<v>{Name})",
            "study_at"
        ),
        ($@"(?:stud(?:y|ies|ying|ied))\s+at\s+(?<v>{Name})", "study_at"),
        (@"stud(?:y|ies|ying|ied)\s+(?!at\b|in\b|for\b|with\b)(?<v>\p{Ll}+)", "study_subject"),
        ($@"(?:got\s+)?(?:married|marry)\s+(?:to\s+)?(?<v>{Name})", "married_to"),
        ($@"reports?\s+to\s+(?<v>{Name})", "has_manager"),
        ($@"banks?\s+with\s+(?<v>{Name})", "has_bank"),
        (@"(?:in|on)\s+the\s+(?<v>[\p{L}-]+)\s+team\b", "has_team"),
        (@"(?:[^.]{0,30}\s)?in\s+(?<v>(?:room|office)\s+\d+\w?)", "has_room"),
        ($@"(?:drives?|driving|drove)\s+(?:an?\s+|the\s+)?(?:\p{{Ll}}+\s+)?(?<v>{Name})", "drives"),
        (@"(?:weighs?|weighing)\s+(?<v>\d[\d.,]*\s*\p{L}+)", "has_weight"),
        (
            @"(?:promoted\s+to\s+|working\s+as\s+|work\s+as\s+)?(?:an?\s+|the\s+)?(?:new\s+)?(?<v>head of \p{L}+|(?:[\p{L}-]+\s+){0,2}(?:tester|lead|engineer|manager|director|developer|designer|analyst|teacher|nurse|doctor|lawyer|student|accountant|consultant|chef|writer|architect|assistant|editor))\b(?!\s+(?:is|was|has)\b)",
            "has_role"
        ),
        (
            $@"(?<=\b(?:is|am|was|been|now|['’]m|['’]s)\s)(?:at|with)\s+(?:the\s+)?(?<v>{Name})",
            "works_at"
        ),
    ];

    private static readonly (string Form, string? Predicate)[] Others =
    [
        ($@"\bhome\s+is\s+(?:now\s+)?(?<v>{Name})", "lives_in"),
        (@"\b[Ff]irst day at\s+(?<v>\p{Lu}[\p{L}\p{N}&-]*)", "works_at"),
        (
            $@"(?<s>{Name})\s+and\s+I\s+(?:(?:have\s+)?(?:got|are|were)\s+)?(?:just\s+)?married",
            "married_to"
        ),
        (
            @"\b(?:[Mm]y|[Oo]ur)\s+\p{Ll}+\s+is\s+[^.]*\bin\s+(?<v>(?:room|office)\s+\d+\w?)",
            "has_room"
        ),
        // One in the place of another, in whatever that one was.
        (
            $@"{Person}\s+(?:has\s+|have\s+)?(?:succeeded|replaced|replaces|succeeds|takes\s+over\s+from|took\s+over\s+from|taken\s+over\s+from)\s+(?<old>{Name})",
            SlotRules.Same
        ),
        (
            $@"(?<old>{Name})\s+(?:has\s+)?(?:handed\s+(?:it\s+|this\s+|everything\s+)?over\s+to|was\s+(?:replaced|succeeded)\s+by|made\s+way\s+for)\s+{Person}",
            SlotRules.Same
        ),
        (
            $@"\b(?:switched|moved|changed|migrated|gone|went)\s+(?:over\s+)?from\s+(?<old>{Name})\s+to\s+(?<v>{Name})",
            SlotRules.Same
        ),
        (
            $@"\b(?:dropped|left|ditched|replaced)\s+(?<old>{Name})\s+(?:for|with|by)\s+(?<v>{Name})",
            SlotRules.Same
        ),
        (
            $@"(?<s>{Name})\s+is\s+(?:now\s+|at\s+)?(?<v>[$€£]?\d[\d.,]*\d?)(?:\s+now)?$",
            SlotRules.Same
        ),
        (
            $@"\b(?:[Tt]hey['’]ve|[Tt]hey have)\s+put\s+me\s+in\s+(?<v>(?:room|office)\s+\d+\w?)",
            "has_room"
        ),
        // Whose it is, whose work it is.
        (
            $@"{Thing}\s+(?:is|was)\s+(?:now\s+)?(?:led|run|managed|headed)\s+by\s+{Person}",
            "led_by"
        ),
        (
            $@"{Thing}\s+(?:is|are|was|were)\s+(?:now\s+)?(?:handled|looked\s+after|taken\s+care\s+of|done|maintained|covered)\s+by\s+{Person}",
            "handled_by"
        ),
        ($@"{Thing}\s+(?:is|was)\s+(?:now\s+)?owned\s+by\s+(?:the\s+)?{Person}", "owned_by"),
        ($@"{Thing}\s+(?:now\s+)?belongs\s+to\s+(?:the\s+)?{Person}", "owned_by"),
        (
            $@"{Person}(?:\s+(?:is|has|been|now|back)\b)*\s+(?:and\s+)?(?:runs?|running|leads?|leading|heads?|heading|manages?|managing)\s+(?:the\s+)?(?<s>{Name}(?:\s+team)?|[\p{{Ll}}-]+(?:\s+team)?)",
            "led_by"
        ),
        (
            $@"{Person}(?:\s+(?:is\s+back|has))?(?:\s+and)?\s+(?:took|taken|takes)\s+(?:the\s+(?<s>[\p{{L}}-]+(?:\s+team)?)|(?<s>{Name}))\s+over\b",
            "led_by"
        ),
        (
            $@"(?<s>[Tt]icket\s+\d+|{Name})(?:\s+is\s+[\p{{Ll}} ]+,)?\s+(?:is\s+)?(?:now\s+)?assigned\s+to\s+{Person}",
            "assigned_to"
        ),
        (
            $@"\b(?:handed|gave|assigned|passed)\s+(?<s>(?:ticket\s+)?\d+|{Name})\s+(?:over\s+)?to\s+{Person}",
            "assigned_to"
        ),
        // How much, when, which.
        (
            $@"{Thing}\s+(?:now\s+)?(?:costs?|sells\s+(?:at|for)|goes\s+for|(?:went|gone|goes)\s+(?:up|down)\s+(?:again\s+)?to|(?:is|was)\s+(?:raised|cut|lowered|increased|reduced)\s+to)\s+{Number}",
            "has_price"
        ),
        (
            $@"\bpay(?:ing|s)?\s+{Number}\s+(?:a\s+\p{{Ll}}+\s+)?for\s+(?:the\s+)?(?<s>{Name})",
            "has_price"
        ),
        (
            $@"{Thing}\s+(?:is|are|goes|moves|moved|has\s+moved|stays|takes\s+place|happens)\s+(?:now\s+)?(?:on|to)\s+{Weekday}",
            "has_day"
        ),
        (
            $@"\b(?:hold|have|moved|shifted|put)\s+the\s+(?<s>[\p{{L}}-]+(?:\s+[\p{{L}}-]+)?)\s+(?:on|to)\s+{Weekday}",
            "has_day"
        ),
        (
            $@"{Thing}\s+(?:now\s+)?(?:opens|will\s+open)\s+at\s+(?<v>\d{{1,2}}[:.]\d{{2}}|\p{{Ll}}+)",
            "opens_at"
        ),
        (
            $@"(?<s>{Name})(?:['’]s)?(?:\s+app)?\s+(?:is\s+(?:now\s+)?(?:at|on)\s+)?(?:version\s+|release\s+)?(?<v>{Version})",
            "has_version"
        ),
        (
            $@"(?:\b(?:run|running|rolled\s+out|deployed|released|shipped)\s+)?(?<v>{Version})(?:\s+(?:went|is|has\s+been)(?:\s+(?:live|out|now))?)?\s+(?:in|to|on)\s+(?<s>[\p{{L}}-]+)",
            "has_version"
        ),
        (
            $@"(?<s>\b[\p{{L}}-]+)\s+(?:is|are)\s+(?:now\s+|back\s+)?(?:on|at)\s+(?<v>{Version})",
            "has_version"
        ),
        ($@"(?<s>{Name})(?:['’]s)?\s+(?<a>\p{{Ll}}+)\s+to\s+(?<v>{Name}(?:\s+\d+)?)", null),
        (
            $@"{Thing}(?:\s+(?:is|has|was|been|moved|gone|went|back|now)\b)+\s+(?:in\s+|into\s+|on\s+(?!hold\b))?(?<v>on\s+hold|planning|development|design|review|testing|production|beta|open|closed|done|finished|paused|blocked|cancelled|canceled|approved|rejected|delayed|live|shipped)\b",
            "status"
        ),
        // An attribute, said in whichever order.
        (
            $@"(?:^|[,;:]\s*|\b(?:that|so|and|but|day|morning|week|on)\s+)(?:[Mm]y|[Oo]ur)\s+{Attribute}\s+{Becomes}(?<v>.+)",
            null
        ),
        (
            $@"{Person}\s+(?:is|are|became)\s+(?:now\s+)?(?:my|our)\s+(?:new\s+)?{Attribute}(?=$|[,;]|\s+(?:now|these|since|from|as|and)\b)",
            null
        ),
        ($@"(?<s>{Name})['’]s\s+(?:new\s+)?{Attribute}\s+{Becomes}(?<v>.+)", null),
        (
            $@"\b[Tt]he\s+(?:new\s+)?{Attribute}\s+(?:of|in|for|at)\s+(?:the\s+|our\s+)?(?<s>{Name}|[\p{{Ll}}-]+(?:\s+[\p{{Ll}}-]+)?)\s+{Becomes}(?<v>.+)",
            null
        ),
        (
            $@"{Person}\s+(?:is|became|has\s+become|takes\s+over\s+as|took\s+over\s+as|has\s+taken\s+over\s+as)\s+(?:now\s+|also\s+)?(?:the\s+)?(?:new\s+)?{Attribute}\s+(?:of|in|for|at)\s+(?:the\s+)?(?<s>{Name})",
            null
        ),
        (
            $@"\b(?:[Ww]e|I)\s+(?:now\s+)?(?:buy|get|order|source)\s+(?:our\s+|my\s+|the\s+)?(?<a>[\p{{Ll}}-]+(?:\s+[\p{{Ll}}-]+)?)\s+from\s+(?<v>{Name})",
            null
        ),
        (
            $@"\b(?:[Ww]e|I)\s+(?:now\s+)?use\s+(?<v>{Name})\s+(?:for|as)\s+(?:our\s+|my\s+|the\s+)?(?<a>[\p{{Ll}}-]+)",
            null
        ),
        ($@"\breach\s+(?<s>{Name})\s+(?:at|on|under)\s+(?<v>[+\d][\d\s-]+\d)", "has_phone"),
        (
            $@"{Person}\s+(?:is|became|has\s+become|is\s+now|was\s+(?:elected|appointed|made|named)|took\s+over\s+as|takes\s+over\s+as)\s+(?:the\s+)?(?:new\s+)?(?<a>(?!now\b|the\b|my\b|our\b|an?\b|new\b)\p{{Ll}}+(?:\s+(?!the\b|as\b|on\b|in\b)\p{{Ll}}+)?)",
            SlotRules.SameRole
        ),
    ];

    /// <summary>Of these a clause may have several.</summary>
    public static IReadOnlyList<(Regex Form, string? Predicate)> OfDeeds { get; } =
    [.. Deeds.Select(rule => (Compile(Who + rule.Deed), (string?)rule.Predicate))];

    public static IReadOnlyList<(Regex Form, string? Predicate)> Further { get; } =
    [.. Others.Select(rule => (Compile(rule.Form), rule.Predicate))];

    public static IReadOnlyList<(Regex Form, string? Predicate)> OfEvents { get; } =
    [.. EventForms.All.Select(rule => (Compile(rule.Form), rule.Predicate))];

    // Long, so that a busy machine reads what an idle one does.
    private static Regex Compile(string pattern) =>
        new(
            pattern,
            RegexOptions.Compiled | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(5)
        );
}
