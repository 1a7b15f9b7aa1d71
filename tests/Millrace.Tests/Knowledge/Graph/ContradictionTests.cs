using Millrace.Core.Storage;
using Millrace.Knowledge.Graph;
using Millrace.Testing;
using static Millrace.Tests.Knowledge.Graph.GraphFixture;

namespace Millrace.Tests.Knowledge.Graph;

public sealed class ContradictionTests
{
    [Theory, OnEachDatabase]
    public async Task A_new_employer_ends_the_old_one_and_what_was_known_before_stays(
        Dialect dialect
    )
    {
        await using var graph = await CreateAsync(dialect);
        await graph.SayAsync("Alice works at Acme", At(2020));
        var before = graph.Time.GetUtcNow();
        graph.Time.Advance(TimeSpan.FromDays(1));
        await graph.SayAsync("Alice left Acme in May 2024 and joined Beta");

        (await graph.ObjectsAsync("Alice", At(2022))).ShouldBe(["works_at Acme"]);
        (await graph.ObjectsAsync("Alice", At(2025))).ShouldBe(["works_at Beta"]);
        (await graph.ObjectsAsync("Alice", At(2025), before)).ShouldBe(["works_at Acme"]);
        (await graph.AskAsync("Where does Alice work?", At(2022))).ShouldBe([
            "Alice works at Acme",
        ]);
        (await graph.AskAsync("Where does Alice work?", At(2025))).ShouldBe([
            "Alice left Acme in May 2024 and joined Beta",
        ]);
        (await graph.AskAsync("Where does Alice work?", At(2025), before)).ShouldBe([
            "Alice works at Acme",
        ]);
    }

    [Theory, OnEachDatabase]
    public async Task History_written_late_does_not_end_what_is_true_since(Dialect dialect)
    {
        await using var graph = await CreateAsync(dialect);
        await graph.SayAsync("Alice works at Beta", At(2024));
        await graph.SayAsync("Alice works at Acme", At(2020));

        (await graph.ObjectsAsync("Alice", At(2023))).ShouldBe(["works_at Acme"]);
        (await graph.ObjectsAsync("Alice", At(2025))).ShouldBe(["works_at Beta"]);
    }

    [Fact]
    public async Task A_bounded_fact_is_taken_out_of_the_middle_of_another()
    {
        await using var graph = await CreateAsync();
        await graph.SayAsync("Alice lives in Paris since 2000");
        await graph.SayAsync("Alice lived in Rome from 2010 to 2012");

        (await graph.ObjectsAsync("Alice", At(2009))).ShouldBe(["lives_in Paris"]);
        (await graph.ObjectsAsync("Alice", At(2011))).ShouldBe(["lives_in Rome"]);
        (await graph.ObjectsAsync("Alice", At(2013))).ShouldBe(["lives_in Paris"]);
    }

    [Theory, OnEachDatabase]
    public async Task Facts_of_one_write_contradict_each_other_as_those_of_many_do(Dialect dialect)
    {
        await using var one = await CreateAsync(dialect);
        await using var many = await CreateAsync(dialect);
        NewFact[] facts =
        [
            WorksAt("Alice", "Acme", 2020),
            WorksAt("Bob", "Acme", 2021),
            new() { Text = "Alice works with Bob" },
            WorksAt("Alice", "Gamma", 2024),
            WorksAt("Alice", "Beta", 2022),
            WorksAt("ALICE", "Acme", 2026),
            new() { Text = "Bob left Acme in May 2023" },
            new() { Text = "Alice left Gamma in May 2025 and joined Delta" },
        ];
        foreach (var graph in new[] { one, many })
            await graph.Facts.AddAsync(graph.Graph, [WorksAt("Alice", "Omega", 2010)]);

        await one.Facts.AddAsync(one.Graph, facts);
        foreach (var fact in facts)
            await many.Facts.AddAsync(many.Graph, [fact]);

        foreach (var year in Enumerable.Range(2009, 20))
        foreach (var name in new[] { "Alice", "Bob" })
            (await one.ObjectsAsync(name, At(year))).ShouldBe(
                await many.ObjectsAsync(name, At(year)),
                $"{name} in {year}"
            );
        (await one.ObjectsAsync("Alice", At(2025))).ShouldBe(["works_at Gamma"]);
        var shown = await one.Access.ShowAsync(one.Caller, one.Graph.Id);
        var other = await many.Access.ShowAsync(many.Caller, many.Graph.Id);
        (shown.FactCount, shown.NodeCount, shown.EdgeCount).ShouldBe(
            (other.FactCount, other.NodeCount, other.EdgeCount)
        );
    }

    [Fact]
    public async Task Relations_that_may_be_many_are_left_alone()
    {
        await using var graph = await CreateAsync();
        await graph.SayAsync("Alice founded Acme in 2001");
        await graph.SayAsync("Alice founded Beta in 2005");

        (await graph.ObjectsAsync("Alice", At(2025))).ShouldBe(["founded Acme", "founded Beta"]);
    }

    [Fact]
    public async Task Every_version_stays_in_the_history_and_names_its_successor()
    {
        await using var graph = await CreateAsync();
        var first = await graph.SayAsync("Alice works at Acme", At(2020));
        var second = await graph.SayAsync("Alice works at Beta", At(2024));

        var old = await graph.Reader.GetAsync(graph.Graph, first.Id);
        var history = await graph.Reader.HistoryAsync(graph.Graph, old);

        history.Count.ShouldBe(2);
        old.ValidTo.ShouldBeNull();
        old.RetractedAt.ShouldBe(second.RecordedAt);
        old.SupersededBy.ShouldBe(history[1].Id);
        history[1].ValidTo.ShouldBe(At(2024));
        history[1].EndedBy.ShouldBe(second.EpisodeId);
    }

    [Fact]
    public async Task A_statement_of_two_things_is_true_no_longer_than_both()
    {
        await using var graph = await CreateAsync();
        await graph.SayAsync("Alice works at Acme and lives in Paris", At(2020));
        await graph.SayAsync("Alice moved to Rome in 2023");

        (await graph.ObjectsAsync("Alice", At(2022))).ShouldBe(["lives_in Paris", "works_at Acme"]);
        (await graph.ObjectsAsync("Alice", At(2024))).ShouldBe(["lives_in Rome", "works_at Acme"]);
        var now = await graph.Reader.ListAsync(
            graph.Graph,
            new FactFilter { Moment = new Moment(At(2024)) }
        );
        now.ShouldHaveSingleItem().Text.ShouldBe("Alice moved to Rome in 2023");
    }

    [Theory, OnEachDatabase]
    public async Task A_fact_taken_back_is_still_there_for_who_asks_what_was_known(Dialect dialect)
    {
        await using var graph = await CreateAsync(dialect);
        var fact = await graph.SayAsync("Alice works at Acme", At(2020));
        var before = graph.Time.GetUtcNow();
        graph.Time.Advance(TimeSpan.FromDays(1));
        await graph.Facts.RetractAsync(graph.Graph, fact.Id);

        (await graph.ObjectsAsync("Alice", At(2022))).ShouldBeEmpty();
        (await graph.ObjectsAsync("Alice", At(2022), before)).ShouldBe(["works_at Acme"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_fact_erased_is_gone_at_all_times_with_its_words(Dialect dialect)
    {
        await using var graph = await CreateAsync(dialect);
        var fact = await graph.SayAsync("Alice works at Acme", At(2020));
        await graph.SayAsync("Alice works at Beta", At(2024));
        var known = graph.Time.GetUtcNow();
        await graph.Facts.EraseAsync(graph.Graph, fact.Id);

        (await graph.AskAsync("Acme", At(2022), known)).ShouldBeEmpty();
        (await graph.AskAsync("Beta", At(2025))).ShouldHaveSingleItem();
        var left = await graph.Reader.ListAsync(
            graph.Graph,
            new FactFilter { IncludeInvalid = true }
        );
        left.ShouldHaveSingleItem().Object.ShouldBe("Beta");
        var counts = await graph.Access.ShowAsync(graph.Caller, graph.Graph.Id);
        (counts.FactCount, counts.EdgeCount).ShouldBe((1, 1));
    }

    private static NewFact WorksAt(string who, string where, int year) =>
        new()
        {
            Text = $"{who} works at {where}",
            Subject = who,
            Predicate = "works_at",
            Object = where,
            ValidFrom = At(year),
        };
}
