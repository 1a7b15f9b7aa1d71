using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>The fixed sentences of the local model, for courtesy, for what it is, and for what it can't do.</summary>
internal static partial class Replies
{
    public const string Connect =
        "To connect one, set OPENAI_API_KEY (and OPENAI_BASE_URL for another server) or ANTHROPIC_API_KEY, or run `millrace models` and then `millrace models use NAME` for one found on this machine.";

    public const string Abilities =
        "remember what you tell me, calculate, work with dates and time zones, answer from text you give me, summarise, count and extract, fill JSON, and use the tools that are offered to me";

    public const string Refusal =
        "I can't answer that: no language model is connected, and I only say what stands in a source. I can "
        + Abilities
        + ". "
        + Connect;

    private const string NotedThat = "Noted: ";

    public const string Empty =
        "The message holds nothing that I can read. Tell me something, or ask me something.";

    public const string NoSuchTool = "There is no such tool to call in this request.";

    public const string WhatToDoWithText =
        "I have read the text. Ask me about it, or tell me to summarise it, count it or extract something from it.";

    public static Reply? SmallTalk(Clause clause, Request request)
    {
        var text = clause.Text.Trim(' ', '.', '!', '?', ',');
        if (text.Length > 100)
        {
            return null;
        }
        return text switch
        {
            _ when Hello().IsMatch(text) => Courtesy(
                request.Clauses.Count > 1
                    ? "Hello!"
                    : "Hello! Tell me something, or ask me something."
            ),
            _ when Contradiction().IsMatch(text) => Courtesy(
                "Tell me what is right, please, such as “It's Rob, not Bob.”"
            ),
            _ when HowAreYou().IsMatch(text) => Courtesy(
                "I'm a program and running well. What can I do for you?"
            ),
            _ when Thanks().IsMatch(text) => Courtesy("You're welcome."),
            _ when Goodbye().IsMatch(text) => Courtesy("Goodbye!"),
            _ when Fine().IsMatch(text) => Courtesy("All right."),
            _ when WhatCanYouDo().IsMatch(text) => new Reply(
                $"I can {Abilities}. I'm Millrace's built-in model “local”, not a language model. {Connect}"
            ),
            _ when WhoAreYou().IsMatch(text) => new Reply(
                $"I'm “local”, the model built into Millrace. I'm not a language model: I answer only from what you tell me, the text you give me, and tools. {Connect}"
            ),
            _ when Forget().IsMatch(text) => new Reply(
                "What was said in this conversation stays in it. Start a new one, and I know nothing of this."
            ),
            _ when HowToConnect().IsMatch(text) => new Reply(Connect),
            _ => null,
        };
    }

    /// <summary>Says back what was understood of a statement.</summary>
    public static Reply? Acknowledge(Clause clause, Request request)
    {
        if (clause.IsQuestion)
        {
            return null;
        }
        var facts = Facts.Correct(clause, ToldBefore(clause, request)) is { } corrected
            ? [corrected with { Topic = "" }]
            : Facts.Of(clause).ToList();
        if (facts.Count == 0)
        {
            return null;
        }
        var noted = facts
            .Where(fact => fact.Topic != "name")
            .Select(fact => fact.Told)
            .Where(told => !facts.Exists(fact => IsSaidBy(told, fact)))
            .Distinct()
            .ToList();
        var greeting = facts.Find(fact => fact.Topic == "name") is { } name
            ? $"Nice to meet you, {name.Value}."
            : "";
        var rest = noted.Count == 0 ? "" : Noted(noted);
        return Courtesy($"{greeting} {rest}".Trim());
    }

    private static IReadOnlyList<Fact> ToldBefore(Clause clause, Request request) =>
        Facts.Read(
            request
                .Told.Concat(request.Clauses.TakeWhile(said => said != clause))
                .Where(said => !said.IsQuestion)
        );

    // "My sister is called Eve" also tells the sister's name.
    private static bool IsSaidBy(string told, Fact fact) =>
        fact.Told != told
        && IsNameOf().Match(told) is { Success: true } named
        && fact.Told.Contains(named.Groups["v"].Value, StringComparison.Ordinal);

    /// <summary>Takes note of a sentence that says something about the world, in no form that is understood.</summary>
    public static Reply? Note(Clause clause) =>
        !clause.IsQuestion && clause.Text.Length <= 600 && Statement().IsMatch(clause.Plain)
            ? Courtesy($"{NotedThat}“{clause.Plain}”.")
            : null;

    public static Reply NotTold { get; } =
        new("You haven't told me that in this conversation.") { IsRefusal = false };

    /// <summary>One refusal for all clauses that nothing could answer.</summary>
    public static string Refuse(IReadOnlyList<Clause> clauses, bool isOnlyPart)
    {
        if (isOnlyPart)
        {
            var asked =
                clauses.Count == 1 && clauses[0].Text.Length <= 120
                    ? $"“{clauses[0].Text}”"
                    : "the rest";
            return $"I can't answer {asked}: no language model is connected. {Connect}";
        }
        return IsNotEnglish(clauses) ? $"{Refusal} I read English only." : Refusal;
    }

    /// <summary>One text of all; what is noted twice in a row is said in one sentence.</summary>
    public static string Join(IReadOnlyList<string> texts)
    {
        var said = new List<string>();
        foreach (var text in texts)
        {
            if (
                text.StartsWith(NotedThat, StringComparison.Ordinal)
                && said.Count > 0
                && said[^1].Contains(NotedThat, StringComparison.Ordinal)
            )
            {
                said[^1] = $"{said[^1].TrimEnd('.')}; {text[NotedThat.Length..]}";
            }
            else
            {
                said.Add(text);
            }
        }
        return string.Join(
            texts.Any(text => text.Contains('\n', StringComparison.Ordinal)) ? "\n\n" : " ",
            said
        );
    }

    private static Reply Courtesy(string text) => new(text) { IsCourtesy = true };

    private static string Noted(List<string> told) =>
        $"{NotedThat}{string.Join("; ", told.Select(each => char.ToLowerInvariant(each[0]) + each[1..].TrimEnd('.')))}.";

    private static bool IsNotEnglish(IReadOnlyList<Clause> clauses)
    {
        var text = string.Join(' ', clauses.Take(4).Select(clause => clause.Text));
        var sample = text.Length > 2000 ? text[..2000] : text;
        var letters = sample.Count(char.IsLetter);
        var foreign = sample.Count(letter => char.IsLetter(letter) && !char.IsAscii(letter));
        return letters > 0 && (foreign * 5 > letters || ForeignWords().Count(sample) >= 2);
    }

    [GeneratedRegex(
        @"^(?:hi|hello|hey|test|hiya|howdy|greetings|yo|good (?:morning|afternoon|evening|day))(?: there| again| millrace| everyone| all)?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Hello();

    [GeneratedRegex(
        @"^(?:hi|hello|hey)?,? ?(?:how are you(?: doing)?(?: today)?|how is it going|how's it going|what's up)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex HowAreYou();

    [GeneratedRegex(@"^your .+ name is (?<v>.+)\.$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex IsNameOf();

    [GeneratedRegex(
        @"^(?:no,? )?(?:you're|you are|that's|that is|that was) (?:wrong|incorrect|false|not (?:right|true|correct|it))$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Contradiction();

    [GeneratedRegex(
        @"^(?:many )?(?:thanks|thank you|thx|cheers)\b(?: (?:so|very) much| a lot| again)?(?: for .*|[,.!]? (?:great|that's|that helps|that was|this was|you|bye)\b.*)?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Thanks();

    [GeneratedRegex(
        @"^(?:good ?bye|bye|bye bye|see you(?: later)?|good night|farewell)(?: for now)?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Goodbye();

    [GeneratedRegex(
        @"^(?:ok|okay|great|good|fine|cool|nice|perfect|alright|all right|got it|i see|yes|no|sure|awesome|well done|(?:ok|okay),? (?:cool|great|good|thanks)|nice to meet you(?: too)?)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Fine();

    [GeneratedRegex(
        @"^(?:so )?(?:what (?:else )?can you do(?: for me)?|what are you (?:able to do|capable of|good at)|how can you help(?: me)?|help(?: me)?|can you remember(?: things| stuff)?|what are your (?:abilities|capabilities|features|skills))$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex WhatCanYouDo();

    [GeneratedRegex(
        @"^(?:so )?(?:who|what) are you$|^who (?:made|built|created|wrote) you$|^what(?:'s| is) your name$|^(?:are you|is this) (?:an? )?(?:ai|llm|language model|bot|robot|human|chat ?gpt|gpt|real|claude)\b.*$|^(?:what|which) model (?:are you|is this|do you use)$|^introduce yourself$|^tell me about yourself$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex WhoAreYou();

    [GeneratedRegex(
        @"^(?:please )?forget (?:that|this|everything|it all|all of (?:it|this|that)|what i (?:said|told you))$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Forget();

    [GeneratedRegex(
        @"^how (?:do|can|to)\b.*\bconnect\b.*\b(?:model|llm|ollama|openai|anthropic)\b.*$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex HowToConnect();

    [GeneratedRegex(
        @"^(?!(?:explain|describe|tell|show|write|compare|list|give|draw|recommend|suggest|help|discuss|find|make|create|imagine|prove|solve|define|outline|review|if|suppose|imagine)\b)(?:the|this|that|these|those|it|he|she|they|there|my|our|his|her|their|a|an|i|i'm|we|we're|\p{Lu}[\w'-]*(?: \p{Lu}[\w'-]*)*)\b.*?(?:\b(?:is|are|was|were|will|has|have|had|can|must|costs?|starts?|begins?|ends?|takes?|lives?|works?|likes?|needs?|wants?|owns?|means|belongs?)\b|'s )",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Statement();

    [GeneratedRegex(
        @"\b(?:der|die|das|und|ist|nicht|ich|was|wie|el|los|las|qué|cómo|est|les|une|quel|quelle|pour|je|sono|che|della|il|koji|što|kako|gdje|jest|jako|och|är|een|het|wat|não|uma|você)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex ForeignWords();
}
