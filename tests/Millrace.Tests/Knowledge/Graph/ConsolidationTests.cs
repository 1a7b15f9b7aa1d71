using Millrace.Core.Audit;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Graph.Vectors;
using Millrace.Testing;

namespace Millrace.Tests.Knowledge.Graph;

public sealed class ConsolidationTests
{
    [Theory, OnEachDatabase]
    public async Task What_is_erased_before_it_is_merged_is_passed_over(Dialect dialect)
    {
        // Of more than one write, so that the last is merged when the first is on its way.
        const int Pairs = 11;
        await using var graph = await GraphFixture.CreateAsync(dialect);
        var twins = new List<Id<Entity>>();
        for (var at = 0; at < 2 * Pairs; at++)
        {
            var name = $"Crate {at % Pairs}";
            var made = await graph.Entities.CreateAsync(
                graph.Graph,
                new EntityChange { Name = name, Type = "thing" }
            );
            // Its id sorts behind those before it.
            graph.Time.Advance(TimeSpan.FromSeconds(1));
            if (at >= Pairs)
                twins.Add(made.Id);
        }
        Task? erasing = null;
        var time = new FirstLook(
            graph.Time,
            () =>
            {
                erasing = EraseAsync(graph, twins[^1]);
                // On SQLite it is the next write; on PostgreSQL it could be overtaken.
                if (dialect is Dialect.Postgres)
                    erasing.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
            }
        );
        var consolidation = new Consolidation(
            graph.Store,
            new AuditLog(graph.Time),
            new FactEmbedding(
                new WorkQueue(graph.Store, new WorkOptions(), graph.Time),
                graph.Time
            ),
            time
        );

        var done = await consolidation.RunAsync(
            graph.Graph,
            new ConsolidationScope(),
            "test",
            "task"
        );

        await erasing.ShouldNotBeNull();
        done.NodesMerged.ShouldBe(Pairs - 1);
        var left = await graph.Entities.ListAsync(graph.Graph, null, 100, 0);
        left.Select(entity => entity.Name)
            .Order(StringComparer.Ordinal)
            .ShouldBe(
                Enumerable.Range(0, Pairs).Select(at => $"Crate {at}").Order(StringComparer.Ordinal)
            );
    }

    private static Task EraseAsync(GraphFixture graph, Id<Entity> entity) =>
        graph.Store.WriteAsync(
            graph.Graph.Workspace,
            async db =>
            {
                await db.ExecuteAsync(
                    "DELETE FROM entity_names WHERE entity_id = $1",
                    entity.Value
                );
                await db.ExecuteAsync("DELETE FROM entities WHERE id = $1", entity.Value);
            }
        );

    /// <summary>Does something when it is looked at for the first time.</summary>
    private sealed class FirstLook(TimeProvider time, Action act) : TimeProvider
    {
        private Action? _act = act;

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Exchange(ref _act, null)?.Invoke();
            return time.GetUtcNow();
        }
    }
}
