using System.Globalization;
using System.Text.Json;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Graph.Memory;
using Millrace.Knowledge.Graph.Vectors;
using Millrace.Tests.Knowledge.Graph;

namespace Millrace.Tests.Knowledge.Quality;

/// <summary>
/// Says labelled dialogues to the graph's memory and asks for what changed, as of now and of other times. The odd ones
/// served to tune the rules, the even ones did not. The target is every question; what is reached is asserted.
/// </summary>
public sealed class DialogueTests(ITestOutputHelper output)
{
    // Measured; the target of each is 1.0.
    private const double LeastOdd = 0.80;
    private const double LeastEven = 0.35;

    private static readonly JsonSerializerOptions Wire = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    [Fact]
    public async Task Facts_that_change_in_a_dialogue_are_found_as_of_now_and_of_then()
    {
        var scores = new List<Score>();
        foreach (var dialogue in await ReadAsync())
            scores.AddRange(await PlayAsync(dialogue));

        foreach (var miss in scores.Where(score => !score.IsRight))
            output.WriteLine($"{miss.Dialogue} {miss.Ask} {miss.AsOf}: {miss.Answer} / {miss.Got}");
        Share("all", scores);
        Share("odd", scores.FindAll(score => score.IsOdd)).ShouldBeGreaterThanOrEqualTo(LeastOdd);
        Share("even", scores.FindAll(score => !score.IsOdd))
            .ShouldBeGreaterThanOrEqualTo(LeastEven);
    }

    private double Share(string set, List<Score> scores)
    {
        var share = (double)scores.Count(score => score.IsRight) / scores.Count;
        var dialogues = scores.GroupBy(score => score.Dialogue).ToList();
        var whole = dialogues.Count(one => one.All(score => score.IsRight));
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{set}: {share:P1} of {scores.Count} questions, {whole} of {dialogues.Count} dialogues whole"
            )
        );
        return share;
    }

    private static async Task<List<Score>> PlayAsync(Dialogue dialogue)
    {
        await using var fixture = await GraphFixture.CreateAsync();
        var clock = new Clock();
        var log = new FactLog(
            fixture.Store,
            new GraphOptions(),
            new FactEmbedding(new WorkQueue(fixture.Store, new WorkOptions(), clock), clock),
            clock
        );
        var memory = new GraphMemory(log, fixture.Reader);
        foreach (var turn in dialogue.Turns)
        {
            clock.Now = turn.At;
            await memory.KeepAsync(
                fixture.Graph,
                new SaidTurn(turn.User, turn.At, "dialogue", GraphMemory.User),
                _ => ValueTask.CompletedTask,
                CancellationToken.None
            );
        }
        var scores = new List<Score>();
        foreach (var question in dialogue.Questions)
        {
            var at = question.AsOf is { } day
                ? DateTimeOffset.Parse($"{day}T12:00:00Z", CultureInfo.InvariantCulture)
                : question.KnownAt ?? clock.Now.AddDays(1);
            var asked = new GraphQuestion(question.Ask, new Moment(at, question.KnownAt))
            {
                Limit = 1,
            };
            var best = (await fixture.Search.FindAsync(fixture.Graph, asked)).Facts;
            var got = best is [var (fact, _)] ? fact.Object ?? fact.Text : "";
            scores.Add(new Score(dialogue.Id, question.Ask, question.AsOf, question.Answer, got));
        }
        return scores;
    }

    private static async Task<List<Dialogue>> ReadAsync()
    {
        var file = Path.Combine(
            AppContext.BaseDirectory,
            "Knowledge/Quality/Data/graph/dialogues.json"
        );
        await using var stream = File.OpenRead(file);
        return (await JsonSerializer.DeserializeAsync<List<Dialogue>>(stream, Wire))!;
    }

    /// <summary>A time that each dialogue sets as it goes.</summary>
    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed record Dialogue(
        string Id,
        IReadOnlyList<SaidAt> Turns,
        IReadOnlyList<Question> Questions
    );

    private sealed record SaidAt(DateTimeOffset At, string User);

    private sealed record Question(
        string Ask,
        string? AsOf,
        DateTimeOffset? KnownAt,
        string Answer
    );

    private sealed record Score(
        string Dialogue,
        string Ask,
        string? AsOf,
        string Answer,
        string Got
    )
    {
        public bool IsOdd => int.Parse(Dialogue[1..], CultureInfo.InvariantCulture) % 2 == 1;

        public bool IsRight => Got.Contains(Answer, StringComparison.OrdinalIgnoreCase);
    }
}
