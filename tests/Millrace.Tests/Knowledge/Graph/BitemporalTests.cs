using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph;
using static Millrace.Tests.Knowledge.Graph.GraphFixture;

namespace Millrace.Tests.Knowledge.Graph;

/// <summary>
/// Generated histories, and generated questions to them, against a model that keeps for every day in the world what
/// was believed of it, and a copy of that for every time of writing.
/// </summary>
public sealed class BitemporalTests
{
    private const int Days = 60;
    private const int Subjects = 12;
    private const int Writes = 40;
    private const int Questions = 100_000;

    private static readonly DateTimeOffset Start = At(2020);

    [Fact]
    public async Task Every_question_of_a_hundred_thousand_is_answered_as_the_model_does()
    {
        await using var graph = await CreateAsync();
        var random = new Random(20260624);
        var beliefs = Enumerable.Range(0, Subjects).Select(_ => new Model()).ToArray();
        var writtenAt = new List<DateTimeOffset>();
        for (var write = 0; write < Writes; write++)
        {
            writtenAt.Add(graph.Time.GetUtcNow());
            var facts = new List<NewFact>();
            foreach (var (subject, model) in beliefs.Index())
            {
                var from = random.Next(Days - 1);
                int? to = random.Next(3) == 0 ? random.Next(from + 1, Days) : null;
                var value = random.Next(4);
                model.Write(from, to, value);
                facts.Add(
                    new NewFact
                    {
                        Text = $"S{subject} works at C{value}",
                        Subject = $"S{subject}",
                        Predicate = "works_at",
                        Object = $"C{value}",
                        ValidFrom = Start.AddDays(from),
                        ValidTo = to is { } end ? Start.AddDays(end) : null,
                    }
                );
            }
            await graph.Facts.AddAsync(graph.Graph, facts);
            graph.Time.Advance(TimeSpan.FromHours(1));
        }
        var ids = (await graph.Entities.ListAsync(graph.Graph, null, 1_000, 0)).ToDictionary(
            entity => entity.Name,
            entity => entity.Id
        );

        var wrong = await graph.Store.ReadAsync(
            graph.Graph.Workspace,
            async db =>
            {
                var failures = new List<string>();
                for (var question = 0; question < Questions; question++)
                {
                    var (subject, day) = (random.Next(Subjects), random.Next(Days));
                    var known = random.Next(Writes);
                    var expected = beliefs[subject].At(day, known);
                    var actual = await AskAsync(
                        db,
                        graph.Graph.Id,
                        ids[$"S{subject}"],
                        new Moment(Start.AddDays(day).AddHours(1), writtenAt[known].AddMinutes(1))
                    );
                    if (!expected.SequenceEqual(actual))
                        failures.Add(
                            $"S{subject} day {day} known {known}: {string.Join(',', actual)} for {string.Join(',', expected)}"
                        );
                }
                return failures;
            }
        );

        wrong.ShouldBeEmpty();
    }

    private static async ValueTask<IEnumerable<string>> AskAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        Id<Entity> subject,
        Moment moment
    )
    {
        var facts = new List<FactView>();
        await foreach (
            var (_, own) in GraphWalk.FromAsync(
                db,
                graph,
                [subject],
                moment,
                depth: 1,
                mostFactsOfOne: 100,
                mostEntities: 1
            )
        )
            facts.AddRange(own);
        return facts.Select(fact => fact.Object!).Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>One subject's facts as plain lists: which value holds from which day until which, at each time of writing.</summary>
    private sealed class Model
    {
        private readonly List<List<(int From, int To, int Value)>> _versions = [];

        public void Write(int from, int? to, int value)
        {
            var before = _versions.Count > 0 ? _versions[^1] : [];
            var next = before
                .Where(held => held.Value != value && held.From > from)
                .Select(held => held.From);
            var end = to ?? next.DefaultIfEmpty(int.MaxValue).Min();
            var after = new List<(int, int, int)> { (from, end, value) };
            foreach (var held in before)
            {
                if (held.Value == value)
                {
                    after.Add(held);
                    continue;
                }
                if (held.From < Math.Min(held.To, from))
                    after.Add((held.From, Math.Min(held.To, from), held.Value));
                if (Math.Max(held.From, end) < held.To)
                    after.Add((Math.Max(held.From, end), held.To, held.Value));
            }
            _versions.Add(after);
        }

        public IEnumerable<string> At(int day, int version) =>
            _versions[version]
                .Where(held => held.From <= day && day < held.To)
                .Select(held => $"C{held.Value}")
                .Distinct()
                .Order(StringComparer.Ordinal);
    }
}
