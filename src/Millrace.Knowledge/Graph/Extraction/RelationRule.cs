using System.Text.RegularExpressions;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>How one kind of clause is read. The subject stands before the clause; its object is the group <c>o</c>.</summary>
internal sealed record RelationRule(
    string Name,
    Regex Clause,
    string Predicate,
    string SubjectType = "",
    string ObjectType = ""
)
{
    /// <summary>The clause says that the relation ended.</summary>
    public bool Ends { get; init; }

    /// <summary>The clause is in the past, so it says nothing sure unless it says when.</summary>
    public bool NeedsDates { get; init; }

    /// <summary>The object has the relation to the subject, under the role in group <c>r</c> when there is one.</summary>
    public bool Inverse { get; init; }

    /// <summary>The group <c>o</c> is a value and names no entity.</summary>
    public bool IsValue { get; init; }
}

/// <summary>The rules, most particular first. What none of them reads is kept as a statement only.</summary>
internal static class RelationRules
{
    private const string Word = @"\p{Lu}(?:[\p{L}\p{N}&-]|['’](?!s\b)(?=\p{L}))*";

    /// <summary>A name: capitalised words, with the small words that stand inside names.</summary>
    public const string Name =
        $@"(?>{Word}(?:\.\p{{L}}+)*(?:(?:\s+(?:of|de|del|der|van|von|la|for|the|&)){{0,2}}\s+(?:{Word}|\d[\p{{L}}\p{{N}}-]*))*)";

    // Two names together say who is meant, but not whether both are; such a clause is not read.
    private const string Object = $@"(?:the\s+)?(?<o>{Name})(?!\s+(?:and|or|nor)\s+\p{{Lu}})";

    private const string Role =
        @"(?<r>(?>\p{L}[\p{L}-]*(?:\s+(?!(?:of|at)\b)\p{L}[\p{L}-]*){0,3}))";

    public static IReadOnlyList<RelationRule> All { get; } =
    [
        Rule(
            "no_longer_works_at",
            @"(?:no longer works|does not work|doesn't work)\s+(?:at|for)",
            "works_at",
            "person",
            "organization"
        ) with
        {
            Ends = true,
        },
        Rule(
            "works_at",
            @"(?:now\s+)?(?:works|has worked|is working|is employed)\s+(?:at|for|by|with)",
            "works_at",
            "person",
            "organization"
        ),
        Rule("worked_at", @"worked\s+(?:at|for)", "works_at", "person", "organization") with
        {
            NeedsDates = true,
        },
        Rule(
            "joined",
            @"(?:has\s+)?(?:joined|started at|started working at|started working for)",
            "works_at",
            "person",
            "organization"
        ),
        Rule(
            "left",
            @"(?:has\s+)?(?:left|quit|resigned from|departed from|was fired from)",
            "works_at",
            "person",
            "organization"
        ) with
        {
            Ends = true,
        },
        Rule("no_longer_lives_in", @"no longer lives\s+in", "lives_in", "", "place") with
        {
            Ends = true,
        },
        Rule(
            "lives_in",
            @"(?:now\s+)?(?:lives|has lived|is living|resides)\s+in",
            "lives_in",
            "",
            "place"
        ),
        Rule("lived_in", @"lived\s+in", "lives_in", "", "place") with
        {
            NeedsDates = true,
        },
        Rule("moved_to", @"(?:has\s+)?(?:moved|relocated)\s+to", "lives_in", "", "place"),
        Rule("born_in", @"was born\s+in", "born_in", "person", "place"),
        Rule("divorced", @"(?:has\s+)?divorced", "married_to", "person", "person") with
        {
            Ends = true,
        },
        Rule("married_to", @"(?:is married to|married)", "married_to", "person", "person"),
        Rule(
            "located_in",
            @"is\s+(?:now\s+)?(?:based|headquartered|located)\s+in",
            "located_in",
            "",
            "place"
        ),
        Rule(
            "acquired",
            @"(?:has\s+)?(?:acquired|bought)",
            "acquired",
            "organization",
            "organization"
        ),
        Rule("founded", @"(?:co-?founded|founded)", "founded", "", "organization"),
        Rule("founded_by", @"was (?:co-?)?founded\s+by", "founded", "organization") with
        {
            Inverse = true,
        },
        Rule(
            "studied_at",
            @"(?:studies at|studied at|graduated from)",
            "studied_at",
            "person",
            "organization"
        ),
        new(
            "role_of",
            Compile(
                $@"(?:is|became|was appointed|was named|has become)\s+(?:now\s+)?(?:the\s+|an?\s+)?(?:new\s+)?{Role}\s+(?:of|at)\s+{Object}"
            ),
            "has_"
        )
        {
            Inverse = true,
        },
        new("age", Compile(@"is\s+(?<o>\d{1,3})\s+years?\s+old"), "age", "person")
        {
            IsValue = true,
        },
    ];

    private static RelationRule Rule(
        string name,
        string verb,
        string predicate,
        string subject = "",
        string @object = ""
    ) => new(name, Compile($@"{verb}\s+{Object}"), predicate, subject, @object);

    private static Regex Compile(string clause) =>
        new(
            $@"^(?:also\s+|then\s+|later\s+)?{clause}",
            RegexOptions.Compiled | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(5)
        );
}
