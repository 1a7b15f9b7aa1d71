using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Finds the free text of an argument: what follows the words that announce it, or what else the request says.</summary>
internal static partial class FreeText
{
    public static string? Find(
        ToolSlot slot,
        ToolSchema tool,
        Clause clause,
        Request request,
        HashSet<string> taken
    )
    {
        if (
            Findings.Quotations(clause.Text).FirstOrDefault(each => !taken.Contains(each)) is
            { } quote
        )
        {
            return quote;
        }
        var text = clause.Plain;
        return slot switch
        {
            _ when slot.IsNamed("subject", "topic", "title", "about") => Value(About(), text)
                ?? (slot.IsRequired ? Residue(tool, clause, taken) : null),
            _ when slot.IsNamed(Messages) => request.HandedNow
                ? request.Handed
                : Untimed(Value(Saying(), text) ?? Value(Remind(), text))
                    ?? (IsOnly(slot, tool) ? Residue(tool, clause, taken) : null),
            _ when slot.IsNamed(
                    "query",
                    "q",
                    "question",
                    "search",
                    "keywords",
                    "input",
                    "prompt",
                    "term"
                ) => Rest(text),
            _ when slot.IsNamed("name") => Value(Called(), text) ?? SlotForms.Name(tool, text),
            _ when IsOnly(slot, tool) => Residue(tool, clause, taken) ?? SlotForms.Name(tool, text),
            _ => null,
        };
    }

    private static readonly string[] Messages =
    [
        "body",
        "message",
        "content",
        "note",
        "text",
        "reminder",
        "task",
        "todo",
        "description",
        "what",
    ];

    private static string? Value(Regex announced, string text) =>
        announced.Match(text) is { Success: true } match ? match.Groups["v"].Value.Trim() : null;

    // What is left when the order, the tool's own words, the times and the arguments found are taken off both ends.
    private static string? Residue(ToolSchema tool, Clause clause, HashSet<string> taken)
    {
        var text = Frame().Match(clause.Plain) is { Success: true } framed
            ? framed.Groups["v"].Value
            : clause.Plain;
        var parts = Times().Replace(text, "").Split([", ", "; "], StringSplitOptions.TrimEntries);
        var told = Array.Find(parts, part => !Pronoun().IsMatch(part)) ?? parts[0]; // "we need milk, add it to the list"
        var words = told.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (first, end) = (0, words.Length);
        while (first < end && IsSpent(words[first], tool, taken))
        {
            first++;
        }
        if (first == 0 && !Array.Exists(parts, Pronoun().IsMatch) && end > 1 && !clause.IsQuestion)
        {
            first++; // the verb of an order
            while (first < end && IsSpent(words[first], tool, taken))
            {
                first++;
            }
        }
        while (end > first && IsSpent(words[end - 1], tool, taken))
        {
            end--;
        }
        var rest = string.Join(' ', words[first..end])
            .Trim(',', '.', ':', ';', '?', '!', '"', '\'');
        return rest.Length > 0 ? rest : null;
    }

    private static bool IsSpent(string word, ToolSchema tool, HashSet<string> taken)
    {
        var plain = word.Trim(',', '.', ':', ';', '?', '!', '"', '\'', '(', ')');
        var topic = Words.Topic(plain);
        return taken.Contains(plain)
            || topic.All(tool.AllWords.Contains)
            || (
                tool.Slots.Any(slot => slot.IsNumber) && Calculator.TryEvaluate(plain, out _, out _)
            );
    }

    private static bool IsOnly(ToolSlot slot, ToolSchema tool) =>
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

    private static string? Untimed(string? text)
    {
        var plain = text is null
            ? ""
            : Times().Replace(text, "").Trim(' ', ',', '"', '“', '”', '\'');
        return plain.Length > 0 ? plain : text;
    }

    [GeneratedRegex(
        @"\b(?:about|regarding|on the subject of|titled|entitled|with (?:the )?(?:subject|title)|called|named) (?<v>.+?)(?= (?:saying|that says|on|at|tomorrow|today|next|for)\b|$)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex About();

    [GeneratedRegex(
        @"\b(?:saying|that says|telling (?:him|her|them)|tell (?:him|her|them)|with the (?:text|message|body)|to say|note that|message that|add|note|write down|jot down)(?: that)?:? (?<v>.+)$|(?<=(?:\d|@\S+|\b(?-i:\p{Lu})[\w-]*) )that (?<v>.+)$|(?<=\w): (?<v>.+)$",
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
    public static partial Regex Times();

    [GeneratedRegex(
        @"^what (?:does|do) (?<v>.+) mean$|^how (?:do|can|would) (?:i|you) say (?<v>.+?)(?: in \w+)?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Frame();

    [GeneratedRegex(@"\b(?:it|that|this|them)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Pronoun();
}
