using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Models.Local;

/// <summary>Everyday conversations: what is said, and what comes back.</summary>
public sealed class DialogueTests
{
    private static readonly string[][] All =
    [
        [
            "My name is Ada and I work on engines. What is 17*23?",
            "Nice to meet you, Ada. Noted: you work on engines. 17*23 = 391.",
            "What is my name, and what do I work on?",
            "Your name is Ada. You work on engines.",
            "Where do I work?",
            "You work on engines.",
            "Thanks!",
            "You're welcome.",
        ],
        [
            "Hi, I'm Sam. I work at Acme in Berlin.",
            "Hello! Nice to meet you, Sam. Noted: you work at Acme in Berlin.",
            "Where do I work?",
            "You work at Acme in Berlin.",
            "Who am I?",
            "Your name is Sam.",
        ],
        [
            "My name is Bob.",
            "Nice to meet you, Bob.",
            "No, it's Rob, not Bob.",
            "Noted: your name is Rob.",
            "What's my name?",
            "Your name is Rob.",
            "You're wrong.",
            "Tell me what is right, please, such as “It's Rob, not Bob.”",
        ],
        [
            "My favourite film is Alien. My car is a red Skoda.",
            "Noted: your favourite film is Alien; your car is a red Skoda.",
            "What's my favourite movie?",
            "Your favourite film is Alien.",
            "What colour is my car?",
            "Your car is a red Skoda.",
        ],
        [
            "what day is in 10 days",
            "10 days from today is Friday, 4 December 2026.",
            "what day is it in ten days?",
            "10 days from today is Friday, 4 December 2026.",
            "When is next Friday?",
            "That is Friday, 27 November 2026.",
            "is it monday today?",
            "Today is Tuesday, 24 November 2026 (UTC).",
        ],
        [
            "What time is it in New York and in London?",
            "It is 10:30 on Tuesday, 24 November 2026 (America/New_York). It is 15:30 on Tuesday, 24 November 2026 (Europe/London).",
            "What time is it in Atlantis?",
            "I don't know the time zone of “Atlantis”. Name one of the time zone database, such as Europe/Paris.",
        ],
        [
            "what is twelve times nine?",
            "twelve times nine = 108.",
            "What's the square root of 144 plus 6?",
            "the square root of 144 plus 6 = 18.",
            "what's 5 factorial",
            "5 factorial = 120.",
            "half of 90",
            "half of 90 = 45.",
        ],
        [
            "My wife is called Mary and she is a doctor.",
            "Noted: your wife is called Mary and she is a doctor.",
            "What is my wife's name?",
            "Your wife's name is Mary.",
        ],
        [
            "Remember that the wifi code is 1234.",
            "Noted: the wifi code is 1234.",
            "What's the wifi code?",
            "The wifi code is 1234.",
            "Forget that.",
            "What was said in this conversation stays in it. Start a new one, and I know nothing of this.",
        ],
        [
            "I like tea but I don't like coffee.",
            "Noted: you like tea; you don't like coffee.",
            "Do I like coffee?",
            "You don't like coffee.",
            "What do you know about me?",
            "You like tea. You don't like coffee.",
            "Thank you very much, that was helpful.",
            "You're welcome.",
        ],
        [
            "I have a meeting with Tom at 3pm tomorrow.",
            "Noted: you have a meeting with Tom at 3pm tomorrow.",
            "When is my meeting?",
            "You have a meeting with Tom at 3pm tomorrow.",
            "bye",
            "Goodbye!",
        ],
        [
            "Give me name and age as JSON: Bob is 42.",
            """{"name":"Bob","age":42}""",
            "Give me name, age and city as JSON: Bob is 42.",
            """{"name":"Bob","age":42,"city":null}""",
            "Return JSON with keys name and city: Lea lives in Split.",
            """{"name":"Lea","city":"Split"}""",
        ],
    ];

    public static IEnumerable<TheoryDataRow<string[]>> Dialogues =>
        All.Select(turns => new TheoryDataRow<string[]>(turns));

    [Theory]
    [MemberData(nameof(Dialogues))]
    public async Task Reads_like_a_conversation(string[] turns)
    {
        using var talk = new Conversation(UseLite.Embedder()) { KeepsEmbedder = true };
        foreach (var turn in turns.Chunk(2))
        {
            (await talk.AskAsync(turn[0])).ShouldBe(turn[1], turn[0]);
        }
    }

    [Fact]
    public async Task A_refusal_says_how_to_connect_a_model()
    {
        using var talk = new Conversation(UseLite.Embedder()) { KeepsEmbedder = true };
        var answer = await talk.AskAsync("Can you write me a poem?");
        answer.ShouldStartWith("I can't answer that: no language model is connected");
        answer.ShouldContain("OPENAI_API_KEY");
        answer.ShouldContain("ANTHROPIC_API_KEY");
        answer.ShouldContain("millrace models use NAME");
    }
}
