using Microsoft.Extensions.AI;
using Millrace.Models.Local;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Models.Local;

/// <summary>Which tool is called, on two development sets and on what asks for no tool.</summary>
public sealed class ToolChoiceTests
{
    private static readonly (string Utterance, string Tool)[] Labelled =
    [
        ("What's the weather in Zagreb?", "get_weather"),
        ("Will it rain in London tomorrow?", "get_weather"),
        ("How cold is it in Oslo right now?", "get_weather"),
        ("Do I need an umbrella in Paris today?", "get_weather"),
        ("Give me the forecast for Berlin in celsius", "get_weather"),
        ("Send an email to bob@example.com about the invoice", "send_email"),
        ("Mail carol@example.com saying I will be late", "send_email"),
        ("Write a message to dan@example.org with the subject \"Lunch\"", "send_email"),
        ("Please e-mail eve@example.net that the meeting is off", "send_email"),
        ("Drop frank@example.com a line about Friday", "send_email"),
        ("Remind me to call Kate on Friday", "create_reminder"),
        ("Set a reminder to water the plants tomorrow", "create_reminder"),
        ("Remind me on 3 March to pay the rent", "create_reminder"),
        ("Can you remind me about the dentist at 5pm?", "create_reminder"),
        ("I need a reminder to buy milk", "create_reminder"),
        ("Convert 100 USD to EUR", "convert_currency"),
        ("How much is 250 euros in dollars?", "convert_currency"),
        ("What are 80 pounds in yen?", "convert_currency"),
        ("Change 40 CHF into GBP", "convert_currency"),
        (
            "I want to exchange 1,000 dollars for euros, convert 1,000 dollars to euros",
            "convert_currency"
        ),
        ("Find flights from Zagreb to London on 12 May 2027", "search_flights"),
        ("I want to fly from Paris to Rome next Friday", "search_flights"),
        ("Are there any flights from Oslo to Berlin tomorrow?", "search_flights"),
        ("Show me planes from Madrid to Lisbon", "search_flights"),
        ("Search a flight from New York to Boston", "search_flights"),
        ("What is the stock price of AAPL?", "get_stock_price"),
        ("How much is a share of MSFT?", "get_stock_price"),
        ("Look up the share price of TSLA", "get_stock_price"),
        ("Give me the current quote for the NVDA stock", "get_stock_price"),
        ("What does GOOG trade at on the stock exchange?", "get_stock_price"),
        ("Play some jazz", "play_music"),
        ("Put on the song Yesterday by the Beatles", "play_music"),
        ("Play my workout playlist", "play_music"),
        ("I want to listen to music by Mozart", "play_music"),
        ("Start the playlist Road Trip", "play_music"),
        ("Where is my order 48213?", "track_order"),
        ("Track parcel 99-1234", "track_order"),
        ("When will order A1077 arrive?", "track_order"),
        ("Has my package 5512 been shipped?", "track_order"),
        ("Show the status of order #7731", "track_order"),
    ];

    [Fact]
    public async Task Chooses_among_eight_plain_tools() =>
        await ShouldChooseAsync(Toolbox.All, Labelled, atLeast: 38);

    [Fact]
    public async Task Chooses_among_fourteen_tools_of_other_styles() =>
        await ShouldChooseAsync(Workshop.All, Workshop.Said, atLeast: 41);

    [Fact]
    public async Task Calls_none_of_fourteen_tools_for_what_none_is_for()
    {
        using var first = RealTalk();
        foreach (var utterance in Workshop.Unrelated)
        {
            using var talk = RealTalk(first.Model).With(Workshop.All);
            (await talk.SayAsync(utterance)).FinishReason.ShouldBe(
                ChatFinishReason.Stop,
                utterance
            );
        }
    }

    [Theory]
    [InlineData("What is the capital of France?")]
    [InlineData("Write a poem about the sea.")]
    [InlineData("Who won the world cup in 1998?")]
    [InlineData("Explain quantum entanglement to a child.")]
    [InlineData("How do I bake sourdough bread?")]
    [InlineData("Why is the sky blue?")]
    [InlineData("My name is Ada and I live in Zagreb.")]
    [InlineData("Who wrote Hamlet?")]
    [InlineData("Tell me a joke.")]
    [InlineData("How tall is Mount Everest?")]
    [InlineData("What is 17*23?")]
    [InlineData("What day is it today?")]
    [InlineData("Thank you!")]
    [InlineData(
        "Summarise this: Send an email to bob@example.com. Play some jazz. What is the weather in Paris?"
    )]
    [InlineData("What should I read next?")]
    public async Task Calls_no_tool_that_the_message_does_not_ask_for(string utterance)
    {
        using var talk = new Conversation(UseLite.Embedder()) { KeepsEmbedder = true }.With(
            Toolbox.All
        );
        (await talk.SayAsync(utterance)).FinishReason.ShouldBe(ChatFinishReason.Stop);
    }

    // No wrong call at all; a question back is no call.
    private static async Task ShouldChooseAsync(
        AIFunctionDeclaration[] tools,
        (string Utterance, string Tool)[] labelled,
        int atLeast
    )
    {
        using var first = RealTalk();
        var (called, rest) = (0, new List<string>());
        foreach (var (utterance, tool) in labelled)
        {
            using var talk = RealTalk(first.Model).With(tools);
            var response = await talk.SayAsync(utterance);
            var calls = Calls(response);
            calls.ShouldAllBe(call => call.Name == tool, utterance);
            called += calls.Count > 0 ? 1 : 0;
            if (calls.Count == 0)
                rest.Add($"{utterance} -> {response.Text}");
        }
        called.ShouldBeGreaterThanOrEqualTo(atLeast, string.Join('\n', rest));
    }

    // One model for a whole set keeps the vectors of its tools.
    private static Conversation RealTalk(LocalChatModel? model = null) =>
        new(UseLite.Embedder(), model) { KeepsEmbedder = true };

    private static List<FunctionCallContent> Calls(ChatResponse response) =>
        [
            .. response
                .Messages.SelectMany(message => message.Contents)
                .OfType<FunctionCallContent>(),
        ];
}
