using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Models.Local;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Models.Local;

/// <summary>Answers from passages that a search found, as a system message or as a tool's result.</summary>
public sealed class RetrievedPassageTests
{
    private static readonly Passage[] Found =
    [
        new(
            "p1",
            "handbook.pdf",
            4,
            "Every employee has 27 days of paid leave a year. Unused days lapse at the end of March."
        ),
        new(
            "p2",
            "handbook.pdf",
            9,
            "Expenses are paid back within two weeks. Keep every receipt."
        ),
        new(
            "p3",
            "handbook.pdf",
            12,
            "Remote work is allowed on three days a week. Tell your team lead beforehand."
        ),
        new(
            "p4",
            "network.md",
            null,
            "The guest network is called Heron-Guest. Its password changes on the first of each month."
        ),
        new(
            "p5",
            "network.md",
            null,
            "Backups of the file server run at 2 in the morning and are kept for 90 days."
        ),
        new(
            "p6",
            "boiler.pdf",
            2,
            "The boiler's pressure must stay between 1.2 and 1.8 bar. Below that, open the filling valve."
        ),
        new(
            "p7",
            "boiler.pdf",
            7,
            "The burner is serviced every October by the firm Kessel and Sons."
        ),
        new(
            "p8",
            "fire.txt",
            null,
            "In case of fire, leave by the stairs and gather in the car park behind the warehouse."
        ),
        new(
            "p9",
            "canteen.txt",
            null,
            "Lunch is served from 11:30 to 14:00. A vegetarian dish is on the menu every day."
        ),
        new(
            "p10",
            "parking.txt",
            null,
            "Visitors park in row C. A badge from the reception opens the barrier."
        ),
    ];

    public static TheoryData<string, string, string> Answerable =>
        new()
        {
            {
                "How many days of paid leave do employees have?",
                "27 days",
                "(from handbook.pdf, page 4)"
            },
            { "How soon are expenses paid back?", "two weeks", "(from handbook.pdf, page 9)" },
            {
                "On how many days a week is remote work allowed?",
                "three days",
                "(from handbook.pdf, page 12)"
            },
            { "What is the guest network called?", "Heron-Guest", "(from network.md)" },
            { "How long are the backups kept?", "90 days", "(from network.md)" },
            {
                "What pressure must the boiler have?",
                "1.2 and 1.8 bar",
                "(from boiler.pdf, page 2)"
            },
            { "Who services the burner?", "Kessel and Sons", "(from boiler.pdf, page 7)" },
            { "Where do people gather in case of fire?", "car park", "(from fire.txt)" },
            { "When is lunch served?", "11:30 to 14:00", "(from canteen.txt)" },
            { "Where do visitors park?", "row C", "(from parking.txt)" },
        };

    [Theory]
    [MemberData(nameof(Answerable))]
    public async Task Quotes_the_best_sentence_with_its_source(
        string question,
        string expected,
        string source
    )
    {
        using var talk = Talk()
            .With(RecalledContext.ToMessage(Found.Select(RecalledPart.Document)));
        var answer = await talk.AskAsync(question);
        answer.ShouldContain(expected);
        answer.ShouldContain(source);
    }

    [Theory]
    [MemberData(nameof(Answerable))]
    public async Task Quotes_what_a_search_tool_returned(
        string question,
        string expected,
        string source
    )
    {
        using var talk = Talk().With(Toolbox.FileSearch);
        var call = (await talk.SayAsync(question))
            .Messages[0]
            .Contents.OfType<FunctionCallContent>()
            .ShouldHaveSingleItem();
        var hits = JsonSerializer.Serialize(Found, JsonSerializerOptions.Web);
        var answer = (await talk.ResultAsync((call.CallId, hits))).Text;
        answer.ShouldContain(expected);
        answer.ShouldContain(source);
    }

    [Theory]
    [InlineData("What does a helicopter cost?")]
    [InlineData("Who is the president of France?")]
    [InlineData("Which medicine helps against a migraine?")]
    [InlineData("How tall is the tower in Pisa?")]
    [InlineData("Write a poem about the autumn.")]
    public async Task Abstains_when_no_passage_answers(string question)
    {
        using var talk = Talk()
            .With(RecalledContext.ToMessage(Found.Select(RecalledPart.Document)));
        (await talk.AskAsync(question)).ShouldContain("no language model is connected");
    }

    [Theory]
    [InlineData("In which year was the boiler bought?")]
    [InlineData("How many parking spaces are there?")]
    [InlineData("What does the guest network cost?")]
    [InlineData("How often is the canteen painted?")]
    [InlineData("Can I bring my dog to the canteen?")]
    [InlineData("Is there a network for printers?")]
    [InlineData("Who installed the boiler?")]
    public async Task Abstains_when_passages_leave_open_what_is_asked_of_their_subject(
        string question
    )
    {
        using var talk = Talk()
            .With(RecalledContext.ToMessage(Found.Select(RecalledPart.Document)));
        (await talk.AskAsync(question)).ShouldContain("no language model is connected");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_citation_gives_back_the_passage_s_id(bool streamed)
    {
        using var talk = Talk();
        ChatMessage[] messages =
        [
            RecalledContext.ToMessage(Found.Select(RecalledPart.Document)),
            new(ChatRole.User, "Who services the burner?"),
        ];
        var cancellation = TestContext.Current.CancellationToken;
        var response = streamed
            ? await talk
                .Model.GetStreamingResponseAsync(messages, cancellationToken: cancellation)
                .ToChatResponseAsync(cancellation)
            : await talk.Model.GetResponseAsync(messages, cancellationToken: cancellation);
        var citation = response
            .Messages[0]
            .Contents.SelectMany(content => content.Annotations ?? [])
            .OfType<CitationAnnotation>()
            .ShouldHaveSingleItem();
        citation.FileId.ShouldBe("p7");
        citation.Title.ShouldBe("boiler.pdf, page 7");
        citation.Snippet.ShouldBe(
            "The burner is serviced every October by the firm Kessel and Sons."
        );
    }

    [Fact]
    public void A_passage_comes_back_from_its_message_as_it_was() =>
        RecalledContext
            .Read(RecalledContext.ToMessage(Found.Select(RecalledPart.Document)))
            .Select(part => new Passage(part.Id!, part.Source, part.Page, part.Text))
            .ShouldBe(Found);

    private static Conversation Talk() => new(UseLite.Embedder()) { KeepsEmbedder = true };
}
