using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Models.Local;

/// <summary>
/// Sets written before they were first run, and never tuned on: they measure, and hold nothing. Run them by hand for the
/// figures of docs/local-model.md; when the model is changed because of one of them, the set becomes a development set
/// and a new one takes its place.
/// </summary>
public sealed class HeldOutTests
{
    private static readonly AIFunctionDeclaration[] Tools =
    [
        Tool(
            "create_calendar_event",
            "Put a meeting or appointment into the user's calendar",
            """{"type":"object","properties":{"title":{"type":"string"},"date":{"type":"string","format":"date"},"time":{"type":"string"}},"required":["title","date"]}"""
        ),
        Tool(
            "book_table",
            "Reserve a table at a restaurant for a number of guests",
            """{"type":"object","properties":{"restaurant":{"type":"string"},"guests":{"type":"integer","minimum":1},"date":{"type":"string","format":"date"}},"required":["guests"]}"""
        ),
        Tool(
            "switch_light",
            "Turn the lights of a room on or off",
            """{"type":"object","properties":{"room":{"type":"string"},"state":{"type":"string","enum":["on","off"]}},"required":["room","state"]}"""
        ),
        Tool(
            "open_support_ticket",
            "Report a problem to the support team",
            """{"type":"object","properties":{"description":{"type":"string"},"priority":{"type":"string","enum":["low","normal","high"]}},"required":["description"]}"""
        ),
        Tool(
            "get_directions",
            "Find the way between two places, on foot, by car or by train",
            """{"type":"object","properties":{"origin":{"type":"string"},"destination":{"type":"string"},"mode":{"type":"string","enum":["walking","driving","transit"]}},"required":["destination"]}"""
        ),
        Tool(
            "lookup_customer",
            "Fetch a customer's record by number or e-mail address",
            """{"type":"object","properties":{"customer":{"type":"string","description":"Customer number or e-mail address"}},"required":["customer"]}"""
        ),
    ];

    private static readonly (string Utterance, string Tool)[] Utterances =
    [
        ("Put a meeting with Sara into my calendar for Thursday at 10am", "create_calendar_event"),
        ("Schedule a dentist appointment on 2 December", "create_calendar_event"),
        ("Block out Friday afternoon for the budget review", "create_calendar_event"),
        ("Book me a table for four at Noma tonight", "book_table"),
        ("We need a dinner reservation for 6 people on Saturday", "book_table"),
        ("Can you reserve seats for two at an Italian restaurant?", "book_table"),
        ("Get us a table for 3 at Da Mario", "book_table"),
        ("Turn off the lights in the kitchen", "switch_light"),
        ("Switch the bedroom lamp on", "switch_light"),
        ("It's too dark in the hallway, light it up", "switch_light"),
        ("Lights out in the living room please", "switch_light"),
        ("Report that the printer on floor 2 keeps jamming", "open_support_ticket"),
        ("Open a high priority ticket: the checkout page is down", "open_support_ticket"),
        ("I have a problem with my login, tell support", "open_support_ticket"),
        ("How do I get from Vienna to Graz by train?", "get_directions"),
        ("Give me directions to the airport", "get_directions"),
        ("What's the quickest way to Central Station on foot?", "get_directions"),
        ("Look up customer 88123", "lookup_customer"),
        ("Pull the record of jane@acme.example", "lookup_customer"),
        ("Which plan is customer number 4410 on?", "lookup_customer"),
    ];

    private static readonly (string Told, string Question, string Expected)[] Told =
    [
        ("Hi, I'm Mirko and I teach physics in Split.", "What's my name?", "Mirko"),
        ("Hi, I'm Mirko and I teach physics in Split.", "What do I teach?", "physics"),
        ("My daughter Lea turns seven next month.", "How old will my daughter be?", "seven"),
        ("My favourite colour is teal.", "Which colour do I like best?", "teal"),
        ("I drive a red Volvo.", "What car do I drive?", "Volvo"),
        ("I'm allergic to peanuts.", "What am I allergic to?", "peanuts"),
        ("Our meeting got moved to 3pm on Wednesday.", "When is our meeting?", "Wednesday"),
        ("My wifi password is kestrel99.", "What's the wifi password?", "kestrel99"),
        ("I grew up in Ljubljana but live in Trieste now.", "Where do I live?", "Trieste"),
        ("I grew up in Ljubljana but live in Trieste now.", "Where did I grow up?", "Ljubljana"),
        ("My boss is called Petra.", "Who is my boss?", "Petra"),
        ("Please remember that the key is under the mat.", "Where is the key?", "under the mat"),
        ("I have two brothers, Tom and Luka.", "What are my brothers called?", "Luka"),
        ("My flight to Lisbon leaves at 6pm on Friday.", "When does my flight leave?", "6pm"),
        ("I'm training for a marathon in April.", "What am I training for?", "marathon"),
        ("We are a team of eleven people.", "How big is our team?", "eleven"),
        ("I speak Croatian and a bit of Italian.", "Which languages do I speak?", "Italian"),
        ("My birthday is on 9 June.", "When is my birthday?", "9 June"),
        ("I paid 45 euros for the tickets.", "How much did I pay for the tickets?", "45 euros"),
        ("My name is Ana. Sorry, my name is Anja.", "Who am I?", "Anja"),
    ];

    private static readonly string[] OffTopic =
    [
        "Who painted the Mona Lisa?",
        "What is the boiling point of ethanol?",
        "Write a haiku about autumn.",
        "Which team won the league last season?",
        "How do vaccines work?",
        "Give me three names for a bakery.",
        "What's the plot of Moby-Dick?",
        "Is it safe to eat raw eggs?",
        "Write an SQL query that joins two tables.",
        "Who is the president of France?",
        "How far away is the moon?",
        "What is the meaning of life?",
        "Draft a cover letter for a nurse.",
        "Why did the Roman Empire fall?",
        "Which stocks should I buy?",
    ];

    [Fact(Explicit = true)]
    public async Task Tools_are_chosen()
    {
        var (right, asked, wrong) = (0, 0, new List<string>());
        foreach (var (utterance, tool) in Utterances)
        {
            using var talk = Talk().With(Tools);
            var response = await talk.SayAsync(utterance);
            var calls = response
                .Messages.SelectMany(message => message.Contents)
                .OfType<FunctionCallContent>()
                .ToList();
            if (calls.Count > 0 && calls.TrueForAll(call => call.Name == tool))
            {
                right++;
            }
            else if (calls.Count == 0 && response.Text.Contains(tool, StringComparison.Ordinal))
            {
                asked++;
            }
            else
            {
                var made = string.Join(", ", calls.Select(call => call.Name));
                wrong.Add($"{utterance} -> {made}{response.Text}");
            }
        }
        Write($"called {right}, asked {asked} of {Utterances.Length}", wrong);
    }

    [Fact(Explicit = true)]
    public async Task Facts_told_in_the_conversation()
    {
        var wrong = new List<string>();
        foreach (var (told, question, expected) in Told)
        {
            using var talk = Talk();
            var answer = await talk.AskAsync(told, "Thanks.", question);
            if (!answer.Contains(expected, StringComparison.OrdinalIgnoreCase))
            {
                wrong.Add($"{told} {question} -> {answer}");
            }
        }
        Write($"answered {Told.Length - wrong.Count} of {Told.Length}", wrong);
    }

    [Fact(Explicit = true)]
    public async Task Off_topic_questions_are_refused()
    {
        var wrong = new List<string>();
        foreach (var question in OffTopic)
        {
            using var talk = Talk();
            var answer = await talk.AskAsync(
                "Hi, I'm Mirko and I teach physics in Split.",
                "I have two brothers, Tom and Luka.",
                question
            );
            if (!answer.Contains("no language model is connected", StringComparison.Ordinal))
            {
                wrong.Add($"{question} -> {answer}");
            }
        }
        Write($"refused {OffTopic.Length - wrong.Count} of {OffTopic.Length}", wrong);
    }

    private static Conversation Talk() => new(UseLite.Embedder()) { KeepsEmbedder = true };

    private static void Write(string figure, IEnumerable<string> wrong) =>
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', wrong.Prepend(figure)));

    private static AIFunctionDeclaration Tool(string name, string description, string schema) =>
        AIFunctionFactory.CreateDeclaration(
            name,
            description,
            JsonDocument.Parse(schema).RootElement
        );
}
