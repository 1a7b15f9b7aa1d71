using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Identity;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph;
using Millrace.Testing;
using Millrace.Tests.Agents;

namespace Millrace.Tests.Knowledge.Graph;

/// <summary>A default graph whose rows are cleared away while it is written to.</summary>
public sealed class EmptiedGraphTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory, OnEachDatabase]
    public async Task What_is_written_while_a_graph_is_emptied_stays_and_all_else_goes(
        Dialect dialect
    )
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var caller = await house.NewPrincipalAsync();
        var graph = await house.Get<GraphAccess>().OpenDefaultAsync(caller);
        var graphs = house.Get<Graphs>();
        await graphs.ChangeAsync(graph, null, null, dedupe: true);
        var old = await SayAsync(house, graph, "Alice works at Acme");
        await SayAsync(house, graph, "Bob moved to Oslo");
        await EmptyAsync(graphs, caller, graph);

        var same = await SayAsync(house, graph, "Alice works at Acme");
        var other = await SayAsync(house, graph, "Alice works at Beta");
        // As after a kill, it begins again.
        foreach (var _ in new[] { "the first time", "the second" })
            await graphs.EraseAsync(graph, CancellationToken.None);

        same.Existed.ShouldBeFalse();
        same.Fact.SubjectId.ShouldNotBe(old.Fact.SubjectId);
        other.Fact.SubjectId.ShouldBe(same.Fact.SubjectId);
        var all = await house
            .Get<FactReader>()
            .ListAsync(graph, new FactFilter { IncludeInvalid = true });
        all.Select(fact => fact.Text)
            .Distinct()
            .ShouldBe(["Alice works at Acme", "Alice works at Beta"], ignoreOrder: true);
        all.ShouldAllBe(fact => fact.OriginId == same.Fact.Id || fact.OriginId == other.Fact.Id);
        var nodes = await house.Get<Entities>().ListAsync(graph, null, 100, 0);
        nodes.Select(node => node.Name).ShouldBe(["Acme", "Alice", "Beta"], ignoreOrder: true);
        var shown = await house.Get<GraphAccess>().ShowAsync(caller, graph.Id);
        (shown.NodeCount, shown.EdgeCount).ShouldBe((3, all.Count(fact => fact.RetractedAt is null)));
        (await WordsAsync(house)).ShouldBe(all.Count);

        await EmptyAsync(graphs, caller, graph);
        await graphs.EraseAsync(graph, CancellationToken.None);

        (await house.Get<FactReader>().ListAsync(graph, new FactFilter { IncludeInvalid = true }))
            .ShouldBeEmpty();
        (await WordsAsync(house)).ShouldBe(0);
        shown = await house.Get<GraphAccess>().ShowAsync(caller, graph.Id);
        (shown.FactCount, shown.NodeCount, shown.EdgeCount).ShouldBe((0, 0, 0));
    }

    [Theory, OnEachDatabase]
    public async Task Nothing_of_a_graph_that_is_emptied_is_changed_any_more(Dialect dialect)
    {
        await using var house = await AssistantHarness.CreateAsync(dialect, _time);
        var caller = await house.NewPrincipalAsync();
        var graph = await house.Get<GraphAccess>().OpenDefaultAsync(caller);
        var old = (await SayAsync(house, graph, "Alice works at Acme")).Fact;
        await EmptyAsync(house.Get<Graphs>(), caller, graph);

        await Should.ThrowAsync<Millrace.Core.Failures.NotFound>(() =>
            house.Get<FactLog>().ChangeAsync(graph, new FactChange { Fact = old.Id, Text = "x" })
        );
        await Should.ThrowAsync<Millrace.Core.Failures.NotFound>(() =>
            house.Get<Entities>().RetireAsync(graph, old.SubjectId!.Value)
        );
    }

    [Theory, OnEachDatabase]
    public async Task The_words_of_one_fact_are_erased_and_not_those_of_its_twin(Dialect dialect)
    {
        await using var graph = await GraphFixture.CreateAsync(dialect);
        var erased = await graph.SayAsync("The harbour is closed");
        var kept = await graph.SayAsync("The harbour is closed");

        await graph.Facts.EraseAsync(graph.Graph, erased.Id);

        var found = await graph.Search.FindAsync(
            graph.Graph,
            new GraphQuestion("harbour", new Moment(graph.Time.GetUtcNow()))
        );
        found.Facts.ShouldHaveSingleItem().Fact.Id.ShouldBe(kept.Id);
        await graph.Facts.EraseAsync(graph.Graph, kept.Id);
        var left = await graph.Store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT COUNT(*) FROM fact_words", row => row.Int64(0))
        );
        left.ShouldBe(0);
    }

    private async Task EmptyAsync(Graphs graphs, Principal caller, OpenedGraph graph)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        var emptied = graphs.DeleteAsync(caller, graph);
        // Nobody does the work here, so that it is waited for in vain.
        while (!emptied.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await emptied;
    }

    private static async Task<WrittenFact> SayAsync(
        AssistantHarness house,
        OpenedGraph graph,
        string text
    ) => (await house.Get<FactLog>().AddAsync(graph, [new NewFact { Text = text }]))[0];

    private static Task<long> WordsAsync(AssistantHarness house) =>
        house.Store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT COUNT(*) FROM fact_words", row => row.Int64(0))
        );
}
