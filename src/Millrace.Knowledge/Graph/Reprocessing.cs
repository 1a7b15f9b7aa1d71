using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;
using Millrace.Knowledge.Graph.Recognition;

namespace Millrace.Knowledge.Graph;

/// <param name="FactsAdded">Relations that today's rules read and that nothing had been read for.</param>
internal sealed record Reprocessed(int Episodes, int FactsAdded);

/// <summary>
/// Reads what was said before with today's rules. It adds relations beside the statements that they are read out of,
/// and takes nothing away; what somebody took back it does not bring back.
/// </summary>
internal sealed class Reprocessing(
    Store store,
    EntityRecognizer recognizer,
    GraphOptions options,
    TimeProvider time
)
{
    // Of one write, so that others pass.
    private const int AtOnce = 100;

    private readonly Statements _statements = new(new Contradictions(new Predicates(options)));

    public async Task<Reprocessed> RunAsync(
        OpenedGraph graph,
        string? session,
        CancellationToken cancellation
    )
    {
        var (episodes, added) = (0, 0);
        var last = default(Id<Episode>);
        while (await NextAsync(graph, session, last, cancellation) is { Count: > 0 } some)
        {
            added += await store.WriteAsync(
                graph.Workspace,
                db => GraphWrite.RunAsync(db, graph, time, write => ReadAsync(write, some)),
                cancellation
            );
            episodes += some.Count;
            last = some[^1];
        }
        return new Reprocessed(episodes, added);
    }

    private Task<List<Id<Episode>>> NextAsync(
        OpenedGraph graph,
        string? session,
        Id<Episode> last,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            graph.Workspace,
            db =>
                db.QueryAsync(
                    $"""
                    SELECT id FROM episodes WHERE workspace_id = $1 AND graph_id = $2 AND id > $3
                    {(
                        session is null ? "AND $4 = $4" : "AND session = $4"
                    )} ORDER BY id LIMIT {AtOnce}
                    """,
                    row => row.Id<Episode>(0),
                    db.Workspace.Value,
                    graph.Id.Value,
                    last.Value,
                    session ?? ""
                ),
            cancellation
        );

    private async ValueTask<int> ReadAsync(GraphWrite write, List<Id<Episode>> episodes)
    {
        var added = 0;
        foreach (var episode in episodes)
        {
            var resting = await write.FindAsync("f.episode_id = $3", episode.Value);
            var whole = resting.Find(fact => fact is { IsPart: false, RetractedAt: null });
            // What the writer or a model gave is not the rules' to read.
            if (whole is null or { SubjectId: not null, Rule: null } or { Rule: "model" })
                continue;
            var reading = StatementReader.Read(whole.Text);
            if (reading.Claims.Count > 0)
                added += await _statements.AddMissingAsync(
                    write,
                    whole,
                    resting,
                    reading.WithGuesses(recognizer.Recognize(whole.Text))
                );
        }
        return added;
    }
}
