using System.Globalization;
using System.Text.Json;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Graph.Memory;
using Millrace.Knowledge.Graph.Vectors;
using Millrace.Tests.Knowledge.Graph;

namespace Millrace.Tests.Knowledge.Quality;

internal sealed record Dialogue(
    string Id,
    IReadOnlyList<SaidAt> Turns,
    IReadOnlyList<DialogueQuestion> Questions
)
{
    public bool IsOdd => int.Parse(Id[1..], CultureInfo.InvariantCulture) % 2 == 1;
}

internal sealed record SaidAt(DateTimeOffset At, string User);

internal sealed record DialogueQuestion(
    string Ask,
    string? AsOf,
    DateTimeOffset? KnownAt,
    string Answer
);

/// <summary>What a question of a dialogue was answered with.</summary>
internal sealed record DialogueScore(Dialogue Dialogue, DialogueQuestion Question, string Got)
{
    public bool IsRight => Got.Contains(Question.Answer, StringComparison.OrdinalIgnoreCase);

    public override string ToString() =>
        $"{Dialogue.Id} {Question.Ask} {Question.AsOf} {Question.KnownAt}: {Question.Answer} / {Got}";
}

/// <summary>Labelled dialogues: says them to a graph's memory and asks for what changed, as of now and of other times.</summary>
internal static class DialogueSet
{
    private static readonly JsonSerializerOptions Wire = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static async Task<List<T>> ReadAsync<T>(string file)
    {
        await using var stream = File.OpenRead(
            Path.Combine(AppContext.BaseDirectory, "Knowledge/Quality/Data/graph", file)
        );
        return (await JsonSerializer.DeserializeAsync<List<T>>(stream, Wire))!;
    }

    public static async Task<List<DialogueScore>> PlayAsync(
        Dialogue dialogue,
        Func<GraphFixture, ModelMemory>? model = null
    )
    {
        await using var fixture = await GraphFixture.CreateAsync();
        var clock = new Clock();
        var log = new FactLog(
            fixture.Store,
            new GraphOptions(),
            new FactEmbedding(new WorkQueue(fixture.Store, new WorkOptions(), clock), clock),
            fixture.Vectors,
            clock
        );
        var memory = new GraphMemory(log, fixture.Reader, model?.Invoke(fixture));
        foreach (var turn in dialogue.Turns)
        {
            clock.Now = turn.At;
            if (memory.MayHold(turn.User))
                await memory.KeepAsync(
                    fixture.Graph,
                    new SaidTurn(turn.User, turn.At, "dialogue", GraphMemory.User)
                    {
                        Workspace = fixture.Graph.Workspace,
                        MayWait = true,
                    },
                    _ => ValueTask.CompletedTask,
                    CancellationToken.None
                );
        }
        var scores = new List<DialogueScore>();
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
            scores.Add(new DialogueScore(dialogue, question, got));
        }
        return scores;
    }

    /// <summary>The share of questions that were answered rightly, with a line about it and one for each miss.</summary>
    public static double Share(ITestOutputHelper output, string set, List<DialogueScore> scores)
    {
        var share = (double)scores.Count(score => score.IsRight) / scores.Count;
        var dialogues = scores.GroupBy(score => score.Dialogue.Id).ToList();
        var whole = dialogues.Count(one => one.All(score => score.IsRight));
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{set}: {share:P1} of {scores.Count} questions, {whole} of {dialogues.Count} dialogues whole"
            )
        );
        return share;
    }

    /// <summary>A time that each dialogue sets as it goes.</summary>
    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
