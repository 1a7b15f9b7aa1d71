using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph;

/// <summary>Brings what was said in a session of the caller's into another graph. (t-backend §14.2)</summary>
public sealed class SessionMigration(Store store, FactLog facts, GraphSessions sessions)
{
    // Of one write, so that others pass.
    private const int AtOnce = 200;

    /// <summary>Copies the session's present facts, those that are not there yet; moved ones are taken back where they were, and the session is mapped.</summary>
    /// <returns>How many were copied.</returns>
    public async Task<int> RunAsync(
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
        var copied = 0;
        var last = default(Id<Fact>);
        while (await NextAsync(from, session, last, cancellation) is { Count: > 0 } some)
        {
            var present = await TextsAsync(to, session, cancellation);
            var missing = some.FindAll(fact => present.Add(fact.Text))
                .ConvertAll(fact => Again(fact) with { WrittenBy = WriterIn(fact, from, to) });
            if (missing.Count > 0)
                await facts.AddAsync(to, missing, cancellation);
            copied += missing.Count;
            // In the order in which they were first said, whatever was cut from them since.
            last = copy ? some[^1].OriginId : default;
            if (copy)
                continue;
            foreach (var fact in some)
                await facts.RetractAsync(from, fact.Id, cancellation);
        }
        if (!copy)
            await sessions.MapAsync(caller, session, to, cancellation);
        return copied;
    }

    private Task<List<FactView>> NextAsync(
        OpenedGraph graph,
        string session,
        Id<Fact> last,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            graph.Workspace,
            db =>
                db.QueryAsync(
                    $"""
                    SELECT {FactView.Columns} FROM facts f {FactView.Joins}
                    WHERE f.workspace_id = $1 AND f.graph_id = $2 AND e.session_workspace_id = $5 AND e.session = $3
                    AND f.origin_id > $4 AND f.is_part = FALSE AND f.retracted_at IS NULL ORDER BY f.origin_id, f.id LIMIT {AtOnce}
                    """,
                    FactView.Read,
                    db.Workspace.Value,
                    graph.Id.Value,
                    session,
                    last.Value,
                    graph.Caller.Value
                ),
            cancellation
        );

    private async Task<HashSet<string>> TextsAsync(
        OpenedGraph graph,
        string session,
        CancellationToken cancellation
    ) =>
        [
            .. await store.ReadAsync(
                graph.Workspace,
                db =>
                    db.QueryAsync(
                        """
                        SELECT f.text FROM episodes e JOIN facts f ON f.workspace_id = $1 AND f.episode_id = e.id
                        WHERE e.workspace_id = $1 AND e.graph_id = $2 AND e.session_workspace_id = $4 AND e.session = $3
                        AND f.retracted_at IS NULL
                        """,
                        row => row.Text(0),
                        db.Workspace.Value,
                        graph.Id.Value,
                        session,
                        graph.Caller.Value
                    ),
                cancellation
            ),
        ];

    /// <summary>Whose words a fact of one graph are in another; null for the other's own workspace.</summary>
    private static Id<Workspace>? WriterIn(FactView fact, OpenedGraph from, OpenedGraph to)
    {
        var writer = fact.WrittenBy ?? from.Workspace;
        return writer == to.Workspace ? null : writer;
    }

    /// <summary>A fact to be written anew: what was read out of its text is read again, and so is what ended it.</summary>
    private static NewFact Again(FactView fact)
    {
        var isRead = fact.Rule is not (null or "model") || fact.SubjectId is null;
        var isDated = isRead && StatementReader.Read(fact.Text).Dates.IsStated;
        return new NewFact
        {
            Text = fact.Text,
            Subject = isRead ? null : fact.Subject,
            Predicate = isRead ? null : fact.Predicate,
            Object = isRead ? null : fact.Object,
            ValidFrom = isDated ? null : fact.ValidFrom,
            ValidTo = isRead ? null : fact.ValidTo,
            Confidence = fact.Confidence,
            Source = fact.Source,
            Session = fact.Session,
            Metadata = fact.Metadata,
            Rule = isRead ? null : fact.Rule,
        };
    }
}
