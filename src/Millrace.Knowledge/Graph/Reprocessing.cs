using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

/// <param name="FactsAdded">Relations that today's rules read and that nothing had been read for.</param>
internal sealed record Reprocessed(int Episodes, int FactsAdded);

/// <summary>
/// Reads what was said before with today's rules. It adds relations beside the statements that they are read out of,
/// and takes nothing away; what somebody took back it does not bring back. It reads before it writes: no write waits for
/// the reading.
/// </summary>
internal sealed class Reprocessing(
    Store store,
    EntityRecognizer recognizer,
    GraphOptions options,
    FactEmbedding embedding,
    TimeProvider time
)
{
    // Of one write, so that others pass.
    private const int AtOnce = 100;

    private readonly Statements _statements = new(new Contradictions(new Predicates(options)));

    /// <param name="session">Only what was said in this session of the caller's; all when null.</param>
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
            var read = await ReadAsync(graph, some, cancellation);
            // What is read anew is in the words of who wrote it, whoever asks for the reading.
            foreach (var ofOne in read.GroupBy(one => one.Whole.WrittenBy))
                added += await GraphWrite.RunAsync(
                    store,
                    graph with
                    {
                        Guest = ofOne.Key,
                    },
                    time,
                    write => AddAsync(write, ofOne),
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
                    AND {(
                        session is null
                            ? "$4 = $4 AND $5 = $5"
                            : "session_workspace_id = $5 AND session = $4"
                    )} ORDER BY id LIMIT {AtOnce}
                    """,
                    row => row.Id<Episode>(0),
                    db.Workspace.Value,
                    graph.Id.Value,
                    last.Value,
                    session ?? "",
                    graph.Caller.Value
                ),
            cancellation
        );

    /// <summary>The statements of these episodes in which there are relations.</summary>
    private async Task<List<(FactView Whole, Reading Reading)>> ReadAsync(
        OpenedGraph graph,
        List<Id<Episode>> episodes,
        CancellationToken cancellation
    )
    {
        var resting = await store.ReadAsync(
            graph.Workspace,
            db =>
                db.QueryEachAsync(
                    $"""
                    SELECT {FactView.Columns} FROM facts f {FactView.Joins} WHERE f.workspace_id = $1 AND f.graph_id = $2
                    AND f.episode_id = $3 AND f.is_part = FALSE AND f.retracted_at IS NULL ORDER BY f.id
                    """,
                    FactView.Read,
                    [
                        .. episodes.Select(episode =>
                            (object?[])[db.Workspace.Value, graph.Id.Value, episode.Value]
                        ),
                    ]
                ),
            cancellation
        );
        var read = new List<(FactView, Reading)>();
        foreach (var whole in resting.Select(facts => facts.FirstOrDefault()).OfType<FactView>())
        {
            // What the writer or a model gave is not the rules' to read.
            if (whole is { SubjectId: not null, Rule: null } or { Rule: "model" })
                continue;
            var reading = StatementReader.Read(whole.Text);
            if (reading.Claims.Count > 0)
                read.Add((whole, reading.WithGuesses(recognizer.Recognize(whole.Text))));
        }
        return read;
    }

    private async ValueTask<int> AddAsync(
        GraphWrite write,
        IEnumerable<(FactView Whole, Reading Reading)> read
    )
    {
        var added = 0;
        foreach (var (whole, reading) in read)
        {
            var resting = await write.FindAsync("f.episode_id = $3", whole.EpisodeId.Value);
            // It may have been taken back or changed since it was read.
            if (resting.Exists(fact => fact.Id == whole.Id && fact.RetractedAt is null))
                added += await _statements.AddMissingAsync(write, whole, resting, reading);
        }
        await embedding.QueueAsync(write);
        return added;
    }
}
