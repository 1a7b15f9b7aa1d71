using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Answers courtesy, and questions about the model itself.</summary>
internal static partial class SmallTalk
{
    public static Reply? Answer(Clause clause, Request request)
    {
        var text = clause.Text.Trim(' ', '.', '!', '?', ',');
        if (text.Length > 100)
        {
            return null;
        }
        return text switch
        {
            _ when Hello().IsMatch(text) => Replies.Courtesy(
                request.Clauses.Count > 1
                    ? "Hello!"
                    : "Hello! Tell me something, or ask me something."
            ),
            _ when Contradiction().IsMatch(text) => Replies.Courtesy(
                "Tell me what is right, please, such as “It's Rob, not Bob.”"
            ),
            _ when HowAreYou().IsMatch(text) => Replies.Courtesy(
                "I'm a program and running well. What can I do for you?"
            ),
            _ when Thanks().IsMatch(text) => Replies.Courtesy("You're welcome."),
            _ when Goodbye().IsMatch(text) => Replies.Courtesy("Goodbye!"),
            _ when Fine().IsMatch(text) => Replies.Courtesy("All right."),
            _ when WhatCanYouDo().IsMatch(text) => new Reply(
                $"I can {Replies.Abilities}. I'm Millrace's built-in model “local”, not a language model. {Replies.Connect}"
            ),
            _ when WhoAreYou().IsMatch(text) => new Reply(
                $"I'm “local”, the model built into Millrace. I'm not a language model: I answer only from what you tell me, the text you give me, and tools. {Replies.Connect}"
            ),
            _ when Forget().IsMatch(text) => new Reply(
                "What was said in this conversation stays in it. Start a new one, and I know nothing of this."
            ),
            _ when HowToConnect().IsMatch(text) => new Reply(Replies.Connect),
            _ => null,
        };
    }

    [GeneratedRegex(
        @"^(?:hi|hello|hey|test|hiya|howdy|greetings|yo|good (?:morning|afternoon|evening|day))(?: there| again| millrace| everyone| all)?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Hello();

    [GeneratedRegex(
        @"^(?:no,? )?(?:you're|you are|that's|that is|that was) (?:wrong|incorrect|false|not (?:right|true|correct|it))$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Contradiction();

    [GeneratedRegex(
        @"^(?:hi|hello|hey)?,? ?(?:how are you(?: doing)?(?: today)?|how is it going|how's it going|what's up)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex HowAreYou();

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
}
