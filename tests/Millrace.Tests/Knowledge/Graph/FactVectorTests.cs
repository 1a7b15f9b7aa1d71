using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Graph.Vectors;
using Millrace.Models.Routing;
using Millrace.Testing;
using Millrace.Tests.Agents;

namespace Millrace.Tests.Knowledge.Graph;

public sealed class FactVectorTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory, OnEachDatabase]
    public async Task Facts_are_found_by_meaning_when_their_vectors_are_made_and_only_in_their_graph(
        Dialect dialect
    )
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var (one, other) = (await GraphAsync(house), await GraphAsync(house));
        await SayAsync(house, one, "Bob moved to Oslo");
        await SayAsync(house, other, "Bob moved to Rome");

        (await FindAsync(house, one, "Bob moved to Oslo")).ShouldBeEmpty();
        await EmbedAsync(house, one);
        await EmbedAsync(house, other);

        (await FindAsync(house, one, "Bob moved to Oslo")).ShouldBe(["Bob moved to Oslo"]);
        (await FindAsync(house, other, "Bob moved to Oslo")).ShouldBe(["Bob moved to Rome"]);
    }

    [Theory, OnEachDatabase]
    public async Task What_is_taken_back_or_erased_is_found_by_meaning_no_more(Dialect dialect)
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var graph = await GraphAsync(house);
        var log = house.Get<FactLog>();
        var kept = await SayAsync(house, graph, "The red house is old");
        var erased = await SayAsync(house, graph, "The red house is new");
        await EmbedAsync(house, graph);
        (await FindAsync(house, graph, "The red house")).Count.ShouldBe(2);

        await log.EraseAsync(graph, erased.Id);
        (await FindAsync(house, graph, "The red house")).ShouldBe(["The red house is old"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        var before = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(1));
        await log.RetractAsync(graph, kept.Id);

        (await FindAsync(house, graph, "The red house")).ShouldBeEmpty();
        (await FindAsync(house, graph, "The red house", before)).ShouldBe(["The red house is old"]);
        (await VectorsAsync(house)).ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task Vectors_are_queued_once_for_all_that_is_written_in_a_second(Dialect dialect)
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var graph = await GraphAsync(house);
        for (var i = 0; i < 5; i++)
            await house.Get<FactLog>().AddAsync(graph, [new NewFact { Text = $"Fact {i}" }]);

        var queued = await house.Store.ReadAsync(
            Reach.Installation,
            db =>
                db.QueryAsync(
                    "SELECT run_after FROM work_items WHERE kind = 'graph.embed'",
                    row => row.Time(0)
                )
        );

        queued.ShouldBe([_time.GetUtcNow() + TimeSpan.FromSeconds(2)]);
    }

    [Theory, OnEachDatabase]
    public async Task Vectors_of_what_is_merged_or_read_anew_are_queued_at_once(Dialect dialect)
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var graph = await GraphAsync(house);
        await SayAsync(house, graph, "It rains");
        await SayAsync(house, graph, "It rains");
        await SayAsync(house, graph, "Alice works at Acme and lives in Oslo");
        await house.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync("DELETE FROM facts WHERE is_part");
            }
        );

        await QueuedByAsync(async () =>
            (
                await house.Get<Consolidation>().RunAsync(graph, new ConsolidationScope(), "", "")
            ).FactsMerged.ShouldBe(1)
        );
        await QueuedByAsync(async () =>
            (
                await house.Get<Reprocessing>().RunAsync(graph, null, CancellationToken.None)
            ).FactsAdded.ShouldBe(2)
        );

        async Task QueuedByAsync(Func<Task> work)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await work();
            var last = await house.Store.ReadAsync(
                Reach.Installation,
                db =>
                    db.FirstAsync(
                        "SELECT MAX(run_after) FROM work_items WHERE kind = 'graph.embed'",
                        row => row.Time(0)
                    )
            );
            last.ShouldBe(_time.GetUtcNow() + TimeSpan.FromSeconds(2));
        }
    }

    [Theory, OnEachDatabase]
    public async Task Vectors_that_are_missing_are_queued_anew_unless_their_work_still_waits(
        Dialect dialect
    )
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var (one, other) = (await GraphAsync(house), await GraphAsync(house));
        await SayAsync(house, one, "Bob moved to Oslo");
        await SayAsync(house, other, "Bob moved to Rome");
        await EndAsync("id = id");
        _time.Advance(TimeSpan.FromMinutes(2));

        await KeepUpAsync();
        await KeepUpAsync();
        (await WaitingAsync()).ShouldBe(2);

        await EndAsync($"payload LIKE '%{one.Id.Value}%'");
        await KeepUpAsync();
        (await WaitingAsync()).ShouldBe(2);

        Task KeepUpAsync() =>
            house
                .Get<IEnumerable<Millrace.Core.Work.IWorkHandler>>()
                .OfType<FactUpkeep>()
                .Single()
                .RunAsync(null!, CancellationToken.None);
        Task EndAsync(string which) =>
            house.Store.WriteAsync(
                Reach.Installation,
                async db =>
                {
                    await db.ExecuteAsync(
                        $"UPDATE work_items SET state = 'dead' WHERE kind = 'graph.embed' AND {which}"
                    );
                }
            );
        Task<long> WaitingAsync() =>
            house.Store.ReadAsync(
                Reach.Installation,
                db =>
                    db.FirstAsync(
                        "SELECT COUNT(*) FROM work_items WHERE kind = 'graph.embed' AND state = 'waiting'",
                        row => row.Int64(0)
                    )
            );
    }

    [Theory, OnEachDatabase]
    public async Task Of_what_is_erased_neither_words_nor_vectors_are_left(Dialect dialect)
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var graph = await GraphAsync(house);
        var erased = await SayAsync(house, graph, "Alice works at Acme");
        var entities = house.Get<Entities>();
        await entities.ChangeAsync(
            graph,
            erased.ObjectId!.Value,
            new EntityChange { Name = "Zenith", Aliases = [] }
        );
        await SayAsync(house, graph, "Bob moved to Oslo");
        await EmbedAsync(house, graph);
        (await IndexedAsync(house, graph)).ShouldBe((2, 2, 2));

        await house.Get<FactLog>().EraseAsync(graph, erased.Id);
        (await IndexedAsync(house, graph)).ShouldBe((1, 1, 1));

        await house
            .Get<GraphErasure>()
            .EraseAsync(graph.Workspace, graph.Id, CancellationToken.None);
        (await IndexedAsync(house, graph)).ShouldBe((0, 0, 0));
    }

    [Theory, OnEachDatabase]
    public async Task The_erasure_of_a_workspace_takes_a_graph_along_that_was_deleted_just_before(
        Dialect dialect
    )
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var caller = await house.NewPrincipalAsync();
        var graphs = house.Get<Graphs>();
        var id = await graphs.CreateAsync(caller, "notes", "");
        var graph = await house.Get<GraphAccess>().OpenAsync(caller, id);
        await SayAsync(house, graph, "Alice works at Acme");
        await EmbedAsync(house, graph);
        await graphs.DeleteAsync(caller, graph);

        foreach (var floor in house.Get<IEnumerable<IWorkspaceData>>())
            await floor.EraseAsync(caller.Workspace, CancellationToken.None);

        (await IndexedAsync(house, graph)).ShouldBe((0, 0, 0));
    }

    [Theory, OnEachDatabase]
    public async Task What_is_so_at_a_time_is_found_behind_much_that_is_more_alike_and_was_so_at_others(
        Dialect dialect
    )
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var graph = await GraphAsync(house);
        DateTimeOffset Year(int year) => new(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var past = Enumerable
            .Range(0, 1_100)
            .Select(at => new NewFact
            {
                Text = $"The red house {at}",
                ValidFrom = Year(2020),
                ValidTo = Year(2021),
            });
        foreach (var some in past.Chunk(100))
            await house.Get<FactLog>().AddAsync(graph, some);
        await SayAsync(house, graph, "The red barn");
        await EmbedAsync(house, graph);

        (await FindAsync(house, graph, "The red house")).ShouldBe(["The red barn"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_question_to_many_graphs_is_embedded_once_for_who_asks(Dialect dialect)
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var (owner, caller) = (await house.NewPrincipalAsync(), await house.NewPrincipalAsync());
        caller = caller with { KeyNumber = 2 };
        var (graphs, access) = (house.Get<Graphs>(), house.Get<GraphAccess>());
        var shared = await access.OpenDefaultAsync(owner);
        await graphs.ShareAsync(shared, Grantee.OfKey(2), GraphRole.Reader);
        List<OpenedGraph> all = [shared, await access.OpenDefaultAsync(caller)];
        for (var more = 0; more < 3; more++)
            all.Add(await access.OpenAsync(caller, await graphs.CreateAsync(caller, "more", "")));
        foreach (var graph in all)
        {
            await SayAsync(house, graph, "Bob moved to Oslo");
            await EmbedAsync(house, graph);
        }

        var answer = await house
            .Get<AccessibleSearch>()
            .FindAsync(
                caller,
                new GraphQuestion("Bob moved to Oslo", new Moment(_time.GetUtcNow())) { Limit = 3 }
            );

        answer.Facts.Count.ShouldBe(3);
        // Each graph has two that the question names; those of the facts are among them.
        answer.Entities.Count.ShouldBeLessThanOrEqualTo(3 + 2 * 3);
        var shown = answer.Entities.Select(entity => entity.Id).ToHashSet();
        answer.Facts.ShouldAllBe(fact => shown.Contains(fact.Fact.SubjectId!.Value));
        await house.FoldUsageAsync();
        foreach (var (who, count) in new[] { (owner, 0L), (caller, 1L) })
            (
                await house.Store.ReadAsync(
                    who.Workspace,
                    db =>
                        db.FirstAsync(
                            "SELECT COALESCE(SUM(calls), 0) FROM usage_days WHERE endpoint = 'graph.search' AND workspace_id = $1",
                            row => row.Int64(0),
                            who.Workspace.Value
                        )
                )
            ).ShouldBe(count);
    }

    /// <summary>Rows of words and of vectors, and what the index in memory holds.</summary>
    private static async Task<(long Words, long Vectors, int Held)> IndexedAsync(
        AssistantHarness house,
        OpenedGraph graph
    )
    {
        var index = await house
            .Get<FactVectors>()
            .OpenAsync(graph.Workspace, EmbeddedModels.UseLite, 256, CancellationToken.None);
        var words = await house.Store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT COUNT(*) FROM fact_words", row => row.Int64(0))
        );
        return (words, await VectorsAsync(house), index.Count);
    }

    private static async Task<OpenedGraph> GraphAsync(AssistantHarness house) =>
        await house.Get<GraphAccess>().OpenDefaultAsync(await house.NewPrincipalAsync());

    private static async Task<FactView> SayAsync(
        AssistantHarness house,
        OpenedGraph graph,
        string text
    ) => (await house.Get<FactLog>().AddAsync(graph, [new NewFact { Text = text }]))[0].Fact;

    private static Task EmbedAsync(AssistantHarness house, OpenedGraph graph) =>
        house
            .Get<IEnumerable<Millrace.Core.Work.IWorkHandler>>()
            .OfType<FactEmbedder>()
            .Single()
            .EmbedAsync(
                graph.Workspace,
                new FactRange(
                    graph.Id.Value,
                    Guid.Empty,
                    new Guid([.. Enumerable.Repeat((byte)255, 16)])
                ),
                CancellationToken.None
            );

    private async Task<List<string>> FindAsync(
        AssistantHarness house,
        OpenedGraph graph,
        string question,
        DateTimeOffset? known = null
    )
    {
        var answer = await house
            .Get<GraphSearch>()
            .FindAsync(
                graph,
                new GraphQuestion(question, new Moment(_time.GetUtcNow(), known))
                {
                    Mode = GraphSearchMode.Vector,
                }
            );
        return [.. answer.Facts.Select(fact => fact.Fact.Text)];
    }

    private static async Task<long> VectorsAsync(AssistantHarness house) =>
        await house.Store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT COUNT(*) FROM fact_vectors", row => row.Int64(0))
        );
}
