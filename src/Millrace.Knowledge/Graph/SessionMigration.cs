using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// Brings what was said in a session of the caller's into another graph, a little in each write. Each copy names the fact
/// that it is of, so that each is there once however often the work begins, and only what is there is taken back where it
/// was. (t-backend §14.2)
/// </summary>
public sealed class SessionMigration(
    Store store,
    FactLog facts,
    GraphSessions sessions,
    GraphTasks tasks
)
{
    // Of one write, so that others pass.
    private const int AtOnce = 200;

    private const string IsInSession = """
        episode_id IN (SELECT id FROM episodes
            WHERE workspace_id = $1 AND graph_id = $2 AND session_workspace_id = $3 AND session = $4)
        """;

    /// <summary>
    /// Copies the session's present facts, those that are not there yet; moved ones are taken back where they were, and the
    /// session is mapped first. How the work stands after ten seconds at most.
    /// </summary>
    /// <exception cref="Core.Failures.Forbidden">A graph may not be written to that would have to be.</exception>
    public async Task<GraphTask> BeginAsync(
        Principal caller,
        string session,
        OpenedGraph from,
        OpenedGraph to,
        bool copy,
        CancellationToken cancellation = default
    )
    {
        to.Demand(GraphRole.Writer);
        from.Demand(copy ? GraphRole.Reader : GraphRole.Writer);
        if (!copy)
            await sessions.MapAsync(caller, session, to, cancellation);
        var job = GraphJob.On(to, caller) with
        {
            Session = session,
            Source = new GraphSource(from.Id.Value, from.Workspace.Value, copy),
        };
        return await tasks.RunAsync(to, GraphTasks.Migrate, job, cancellation);
    }

    /// <param name="since">When the work was asked for.</param>
    /// <returns>How many facts were copied since.</returns>
    internal async Task<Migrated> RunAsync(
        OpenedGraph from,
        OpenedGraph to,
        string session,
        bool copy,
        DateTimeOffset since,
        CancellationToken cancellation
    )
    {
        var last = default(Id<Fact>);
        // Into itself there is nothing to bring.
        while (
            from.Id != to.Id
            && await NextAsync(from, session, last, cancellation) is { Count: > 0 } some
        )
        {
            await CopyAsync(from, to, some, cancellation);
            if (copy)
                last = some[^1][^1].OriginId;
            else if (!await facts.RetractAsync(from, [.. some.SelectMany(pieces => pieces)], cancellation))
                break;
        }
        return new Migrated(await CopiedAsync(to, session, since, cancellation));
    }

    /// <summary>What stands of some facts, in the order in which they were first said, whatever was cut from them since.</summary>
    private Task<List<List<FactView>>> NextAsync(
        OpenedGraph graph,
        string session,
        Id<Fact> last,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            graph.Workspace,
            async db =>
            {
                var origins = await db.QueryAsync(
                    $"""
                    SELECT DISTINCT origin_id FROM facts WHERE workspace_id = $1 AND {IsInSession} AND origin_id > $5
                    AND is_part = FALSE AND retracted_at IS NULL ORDER BY origin_id LIMIT {AtOnce}
                    """,
                    row => row.Id<Fact>(0),
                    db.Workspace.Value,
                    graph.Id.Value,
                    graph.Caller.Value,
                    session,
                    last.Value
                );
                return await db.QueryEachAsync(
                    $"""
                    SELECT {FactView.Columns} FROM facts f {FactView.Joins}
                    WHERE f.workspace_id = $1 AND f.graph_id = $2 AND f.retracted_at IS NULL
                    AND {FactView.IsVersion} ORDER BY f.id
                    """,
                    FactView.Read,
                    origins.ConvertAll(origin =>
                        new object?[] { db.Workspace.Value, graph.Id.Value, origin.Value }
                    )
                );
            },
            cancellation
        );

    private async Task CopyAsync(
        OpenedGraph from,
        OpenedGraph to,
        List<List<FactView>> some,
        CancellationToken cancellation
    )
    {
        var ends = await EndsToldAsync(from, some, cancellation);
        var copies = some.ConvertAll(pieces =>
            facts.Read([
                .. pieces.Select(piece =>
                    Again(piece, keepsEnd: pieces.Count > 1, ends) with
                    {
                        WrittenBy = WriterIn(piece, from, to),
                    }
                ),
            ])
        );
        await store.WriteAsync(
            to.Workspace,
            async db =>
            {
                var present = await PresentAsync(db, to, some);
                var missing = copies.Zip(present)
                    .SelectMany(one =>
                        one.First.Where(copy =>
                            !one.Second.Contains(copy.Fact.Text, StringComparer.Ordinal)
                        )
                    )
                    .ToList();
                if (missing.Count > 0)
                    await facts.AddAsync(db, to, missing);
            },
            cancellation
        );
    }

    /// <summary>The texts of each fact's copies, as they were first written and as they are.</summary>
    private static async ValueTask<List<List<string>>> PresentAsync(
        Db db,
        OpenedGraph to,
        List<List<FactView>> some
    )
    {
        // Held, so that none is copied twice by two at a time.
        await db.FirstAsync(
            $"SELECT 1 FROM graphs WHERE id = $1 AND workspace_id = $2 {db.Held("FOR UPDATE")}",
            _ => true,
            to.Id.Value,
            db.Workspace.Value
        );
        return await db.QueryEachAsync(
            """
            SELECT text FROM facts WHERE workspace_id = $1 AND graph_id = $2 AND copied_from = $3
            AND (retracted_at IS NULL OR superseded_by IS NOT NULL)
            """,
            row => row.Text(0),
            some.ConvertAll(pieces =>
                new object?[] { db.Workspace.Value, to.Id.Value, pieces[0].OriginId.Value }
            )
        );
    }

    private Task<long> CopiedAsync(
        OpenedGraph to,
        string session,
        DateTimeOffset since,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            to.Workspace,
            db =>
                db.FirstAsync(
                    $"""
                    SELECT COUNT(*) FROM facts WHERE workspace_id = $1 AND {IsInSession} AND recorded_at >= $5
                    AND id = origin_id AND copied_from IS NOT NULL AND is_part = FALSE
                    """,
                    row => row.Int64(0),
                    db.Workspace.Value,
                    to.Id.Value,
                    to.Caller.Value,
                    session,
                    since
                ),
            cancellation
        );

    /// <summary>What was said in the facts' own session of the ends of some: it is copied too, and ends them again.</summary>
    private async Task<HashSet<Id<Episode>>> EndsToldAsync(
        OpenedGraph from,
        List<List<FactView>> some,
        CancellationToken cancellation
    )
    {
        var session = some[0][0].Session;
        var ends = some.SelectMany(pieces => pieces)
            .Select(piece => piece.EndedBy)
            .OfType<Id<Episode>>()
            .Distinct();
        var told = await store.ReadAsync(
            from.Workspace,
            db =>
                db.QueryEachAsync(
                    """
                    SELECT id FROM episodes WHERE id = $1 AND workspace_id = $2 AND session_workspace_id = $3
                    AND session = $4
                    """,
                    row => row.Id<Episode>(0),
                    [
                        .. ends.Select(end =>
                            (object?[])[end.Value, db.Workspace.Value, from.Caller.Value, session]
                        ),
                    ]
                ),
            cancellation
        );
        return [.. told.SelectMany(ids => ids)];
    }

    /// <summary>Whose words a fact of one graph are in another; null for the other's own workspace.</summary>
    private static Id<Workspace>? WriterIn(FactView fact, OpenedGraph from, OpenedGraph to)
    {
        var writer = fact.WrittenBy ?? from.Workspace;
        return writer == to.Workspace ? null : writer;
    }

    /// <summary>A fact to be written anew: what was read out of its text is read again, and so is what ended it.</summary>
    private static NewFact Again(FactView fact, bool keepsEnd, HashSet<Id<Episode>> ends)
    {
        var dates = fact.IsRead ? StatementReader.Read(fact.Text).Dates : default;
        var isReadAgain =
            fact.EndedBy is { } end
                ? fact.Predicate is null || ends.Contains(end)
                : fact.ValidTo == dates.To;
        return new NewFact
        {
            Text = fact.Text,
            Subject = fact.IsRead ? null : fact.Subject,
            Predicate = fact.IsRead ? null : fact.Predicate,
            Object = fact.IsRead ? null : fact.Object,
            ValidFrom = dates.IsStated && !keepsEnd ? null : fact.ValidFrom,
            ValidTo = fact.IsRead && isReadAgain && !keepsEnd ? null : fact.ValidTo,
            Confidence = fact.Confidence,
            Source = fact.Source,
            Session = fact.Session,
            Metadata = fact.Metadata,
            Rule = fact.IsRead ? null : fact.Rule,
            CopiedFrom = fact.OriginId,
        };
    }
}

internal sealed record Migrated(long FactsCopied);
