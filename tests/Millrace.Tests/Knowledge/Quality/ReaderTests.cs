using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Core.Metering;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Graph.Extraction;
using Millrace.Knowledge.Graph.Memory;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Models.Embedded;
using Millrace.Testing;
using Millrace.Testing.Doubles;
using Millrace.Tests.Models;

namespace Millrace.Tests.Knowledge.Quality;

/// <summary>
/// The same dialogues with a stand-in for a language model that reads perfectly, over a model's real protocol: it answers
/// what the set says of each turn. So it shows what becomes of a right reading, and nothing of a model's judgement.
/// </summary>
public sealed partial class ReaderTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_is_read_rightly_is_answered_rightly_as_of_now_and_of_then()
    {
        var readings = await DialogueSet.ReadAsync<Reading>("readings.json");
        var dialogues = await DialogueSet.ReadAsync<Dialogue>("dialogues.json");
        var labelled = readings.Select(reading => reading.Id).ToHashSet();
        await using var model = await OpenAiDouble.StartAsync();
        await using var store = await TestStore.CreateAsync(Dialect.Sqlite);
        using var usage = new UsageJournal(
            store.Folder,
            TimeProvider.System,
            NullLogger<UsageJournal>.Instance
        );
        var extraction = new FactExtraction(
            new RouterBuilder().Provider("double", model).Build(),
            new EntityRecognizer(new Gazetteer(EmbeddedModelFiles.Beside)),
            new GraphOptions(),
            usage,
            TimeProvider.System,
            NullLogger<FactExtraction>.Instance
        );
        var scores = new List<DialogueScore>();
        foreach (var dialogue in dialogues.Where(dialogue => labelled.Contains(dialogue.Id)))
        {
            model.Answer = request => Behaviour.Says(Answer(request, dialogue, readings));
            scores.AddRange(
                await DialogueSet.PlayAsync(
                    dialogue,
                    fixture => new ModelMemory(
                        extraction,
                        fixture.Search,
                        new MemoryOptions(),
                        NullLogger<ModelMemory>.Instance
                    )
                )
            );
        }

        foreach (var miss in scores.Where(score => !score.IsRight))
            output.WriteLine(miss.ToString());
        DialogueSet.Share(output, "odd", scores.FindAll(score => score.Dialogue.IsOdd));
        DialogueSet.Share(output, "all", scores).ShouldBe(1);
    }

    /// <summary>What the set says of the turn that is asked about, in the form that is asked for.</summary>
    private static string Answer(ReceivedRequest request, Dialogue dialogue, List<Reading> readings)
    {
        var asked = request.Body["messages"]!.AsArray()[^1]!["content"]!.GetValue<string>();
        var turn = dialogue
            .Turns.Index()
            .Single(turn =>
                asked.Contains(SaidReader.OwnWords(turn.Item.User), StringComparison.Ordinal)
            );
        var facts = readings
            .Find(reading => reading.Id == dialogue.Id && reading.Turn == turn.Index)
            ?.Facts;
        return new JsonObject
        {
            ["facts"] = new JsonArray([
                .. (facts ?? []).Select(fact => Fact(fact, turn.Item.User, asked)),
            ]),
        }.ToJsonString();
    }

    private static JsonObject Fact(JsonObject labelled, string said, string asked)
    {
        var fact = labelled.DeepClone().AsObject();
        var value = fact["object"]!.GetValue<string>();
        fact["single"] = true;
        fact["evidence"] =
            Sentences()
                .Split(said)
                .FirstOrDefault(sentence => sentence.Contains(value, StringComparison.Ordinal))
            ?? said;
        if (fact["earlier"]?.GetValue<string>() is { } earlier)
        {
            var line = asked
                .Split('\n')
                .First(line =>
                    line.Contains($" {earlier}", StringComparison.Ordinal) && char.IsDigit(line[0])
                );
            fact["earlier"] = int.Parse(
                line[..line.IndexOf('.', StringComparison.Ordinal)],
                CultureInfo.InvariantCulture
            );
        }
        return fact;
    }

    [GeneratedRegex(@"(?<=[.!?])\s+", RegexOptions.None, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Sentences();

    private sealed record Reading(string Id, int Turn, IReadOnlyList<JsonObject> Facts);
}
