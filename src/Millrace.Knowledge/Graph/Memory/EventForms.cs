using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>
/// The forms in which people tell what changes a state without naming the state: who takes over a post, what is swapped,
/// renamed, raised or moved. They are tried before <see cref="SaidForms"/>, with the same groups.
/// </summary>
internal static class EventForms
{
    private const string Name = $@"(?:(?:St|Dr|Mr|Ms|Mrs|Prof)\.?\s+)?{RelationRules.Name}";

    private const string Person = $@"(?<v>{Name})";

    /// <summary>What goes on behind a noun, and is no part of it.</summary>
    private const string Small =
        @"(?:at|in|on|of|for|since|from|as|and|but|by|with|to|after|before|last|next|this|yesterday|today|now|again|is|are|was|were|has|will|here|there)\b";

    private const string NoNoun = $@"(?!{Small})";

    /// <summary>Whose the post is: a name, or a noun of two words at most.</summary>
    private const string Owner =
        $@"(?:the\s+|our\s+|my\s+)?(?<s>{RelationRules.Name}(?:\s+team)?|{NoNoun}[\p{{Ll}}'’-]+(?:\s+{NoNoun}[\p{{Ll}}'’-]+)?)";

    private const string Role =
        $@"(?<a>(?:{NoNoun}(?!an?\b|the\b|my\b|our\b|new\b)[\p{{Ll}}-]+\s+)?(?:head|chair|captain|president|mayor|boss|chief|lead|chancellor|principal|dean|secretary|coach|king|queen|host|C[ETFO]O|\p{{Ll}}{{2,}}(?:er|or|ist|ant|man|woman|person|ician)))";

    private const string The =
        @"(?:the\s+|our\s+|my\s+|its\s+|their\s+)?(?:new\s+|interim\s+|acting\s+|next\s+|current\s+)?";

    private const string Instead =
        $@"(?:replace[sd]?|succeed(?:s|ed)?|(?:fill(?:s|ed)?|stand(?:s|ing)?|stood|step(?:s|ped)?|tak(?:es|en|ing)|took|cover(?:s|ed|ing)?)\s+(?:(?:in|over)\s+)?(?:for|from))\s+(?:him|her|them|{RelationRules.Name})";

    /// <summary>Somebody comes into a post.</summary>
    private const string Comes =
        $@"(?:(?:is|was|became|becomes|has\s+become|has\s+been|will\s+be)(?:\s+(?:now|still|also|again|currently|only))*(?:\s+(?:elected|re-elected|appointed|named|chosen|confirmed|voted\s+in|sworn\s+in|installed|brought\s+in|hired))?(?:\s+as)?|(?:(?:has|have|only|is|now)\s+)*(?:tak(?:es|en|ing)|took|step(?:s|ped))\s+(?:over|office|up|in)\s+as|(?:(?:has|is|now)\s+)*{Instead}\s+as|(?:started|starts|returns|returned)\s+as)\s+";

    private const string Amount =
        @"(?<v>[$€£]\s?\d[\d.,]*\d?|\d[\d.,]*\s*(?:euros?|dollars?|pounds?|francs?|kron(?:or|er)|yen|rupees?|€|\$|£|EUR|USD|GBP|CHF))";

    private const string Clock =
        @"(?<v>\d{1,2}[:.]\d{2}(?:\s*[ap]m)?|\d{1,2}\s*[ap]m|noon|midnight)";

    public static (string Form, string? Predicate)[] All { get; } =
    [
        (
            $@"{Person}\s+{Comes}{The}(?:lead|leader|head|manager|boss)\s+(?:of|for)\s+(?:the\s+|our\s+)?(?<s>(?:[\p{{L}}-]+\s+)?(?:team|group|department|unit|crew))",
            "led_by"
        ),
        ($@"{Person}\s+{Comes}{The}{Role}\s+(?:of|at|in|for)\s+{Owner}", null),
        (
            $@"\b[Tt]he\s+(?:new\s+|current\s+)?{Role}\s+(?:of|at|in|for)\s+{Owner}\s+(?:is|was|remains|has\s+been|will\s+be)\s+(?:now\s+|still\s+)?{Person}",
            null
        ),
        (
            $@"(?:\b(?:We|I)|(?<s>{Name}))\s+(?:has|have|got|gets)\s+an?\s+new\s+{Role}(?:,\s+|\s*[:–-]\s+|\s+(?:called|named)\s+){Person}",
            null
        ),
        ($@"{Person}\s+{Comes}the\s+(?:new\s+)?{Role}(?=$|[,;]|\s+{Small})", SlotRules.TheRole),
        ($@"\b[Tt]he\s+new\s+{Role}\s+(?:is|will\s+be)\s+{Person}", SlotRules.TheRole),
        ($@"{Person}\s+(?:has\s+)?{Instead}\s+as\s+{The}{Role}", SlotRules.SameRole),
        (
            $@"{Person}\s+(?:(?:was|has\s+been|is)\s+(?:sworn\s+in|voted\s+in|inaugurated|elected)(?!\s+(?:as|to|chair|mayor|president|head))|(?:has\s+|have\s+)?(?:taken|took|takes)\s+office|(?:had|has)\s+(?:held|done|filled|had)\s+(?:the|that|this)\s+(?:post|job|role|position|office|seat))",
            SlotRules.SamePost
        ),
        (
            $@"(?<old>(?!(?:I|We)\b){Name})\s+(?:has\s+)?(?:handed|passed|gave|given|turned)\s+(?!it\b)[^,]{{2,30}}?\s+to\s+{Person}",
            SlotRules.Same
        ),
        // One thing for another.
        (
            $@"\b(?:sold|traded\s+in|gave\s+up|got\s+rid\s+of|cancelled)\s+(?:(?:my|the|our|his|her)\s+)?(?<old>{Name})\s+and\s+(?:(?:have|has|bought|got|took|leased|now|drive|drives)\s+)+(?:(?:an?|the|my)\s+)?(?:new\s+)?(?<v>{Name})",
            SlotRules.Same
        ),
        (
            $@"(?<old>{Name})\s+(?:(?:(?:was|has\s+been|is|got)\s+)?renamed\s+(?:to\s+|as\s+|itself\s+)?|(?:is|are)\s+now\s+called\s+|(?:has\s+)?changed\s+its\s+name\s+to\s+)(?<v>{Name})",
            SlotRules.Same
        ),
        (
            $@"\b[Tt]he\s+(?<a>{NoNoun}[\p{{Ll}}-]+)\s+(?:is|was|has\s+been)\s+(?:now\s+)?(?:called|named|renamed(?:\s+to)?)\s+(?<v>{Name})",
            SlotRules.TheRole
        ),
        (
            $@"(?<s>{Name})\s+(?:(?:was|has|has\s+been|is|been|got)\s+)*(?:sold|loaned|lent|transferred|traded|seconded|posted)\s+to\s+(?:the\s+)?(?<v>{Name})",
            SlotRules.SamePlace
        ),
        (
            $@"(?:\b(?:I|[Ww]e)\b|(?<s>{Name}))\s+(?:has\s+|have\s+)?(?:just\s+)?sign(?:s|ed)\s+for\s+(?<v>{Name})",
            "plays_for"
        ),
        // How much, when, where.
        (
            $@"\b(?:put|raised|cut|increased|lowered|dropped|brought|reduced)\s+(?:the|my|our|its|his|her)\s+(?<s>{NoNoun}[\p{{Ll}}-]+(?:\s+{NoNoun}(?!up\b|down\b)[\p{{Ll}}-]+)?)\s+(?:up\s+|down\s+)?(?:again\s+)?to\s+{Amount}",
            "has_price"
        ),
        (
            $@"\b[Tt]he\s+(?<s>{NoNoun}[\p{{Ll}}-]+(?:\s+{NoNoun}[\p{{Ll}}-]+)?)\s+(?:is|are|was|were|costs?|stays\s+at)\s+(?:now\s+|still\s+|at\s+)?{Amount}",
            "has_price"
        ),
        (
            $@"(?:^|\b(?:[Tt]he|[Oo]ur|[Mm]y|today|now|on)\s+)(?<s>{NoNoun}[\p{{L}}-]+(?:\s+{NoNoun}(?!starts?\b|begins?\b|moved?\b|moves\b)[\p{{Ll}}-]+)?)\s+(?:is|starts?|begins?|moves?|moved|has\s+moved)\s+(?:now\s+)?(?:at|to)\s+{Clock}",
            "starts_at"
        ),
        (
            $@"\b[Tt]he\s+(?<a>{NoNoun}[\p{{Ll}}-]+)\s+(?:is|are|has\s+moved|moved|relocated|has\s+relocated)\s+(?:now\s+)?(?:at|to)\s+(?<v>{Name}(?:\s+\d+\w?)?)",
            SlotRules.SameRole
        ),
    ];
}
