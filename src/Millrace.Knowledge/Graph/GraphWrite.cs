using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// One transaction on one graph: its time, its new ids in their order, and how it changes the graph's counts. On
/// PostgreSQL it holds the graph's row, so that two writers cannot both miss what the other contradicts.
/// </summary>
internal sealed class GraphWrite
{
    private const int MostInOneMillisecond = 4_096;

    private readonly HashSet<Id<Fact>> _retracted = [];
    private int _made;
    private long _facts;
    private long _nodes;
    private long _edges;

    private GraphWrite(
        Db db,
        Id<KnowledgeGraph> graph,
        Id<Workspace>? guest,
        DateTimeOffset now,
        bool dedupe,
        DateTimeOffset emptied
    )
    {
        (Db, Graph, Guest, Now) = (db, graph, guest, now);
        (Dedupe, Emptied) = (dedupe, emptied);
        (Names, Held) = (new NameResolution(this), new HeldFacts(this));
    }

    public Db Db { get; }

    public Id<KnowledgeGraph> Graph { get; }

    public Id<Workspace> Workspace => Db.Workspace;

    /// <summary>The workspace that writes, where it is not the graph's own.</summary>
    public Id<Workspace>? Guest { get; }

    /// <summary>When all that this transaction does is known from.</summary>
    public DateTimeOffset Now { get; }

    public bool Dedupe { get; }

    /// <summary>What the graph knew until then is being erased, and is not there for this write.</summary>
    public DateTimeOffset Emptied { get; }

    /// <summary>Whether it wrote facts, which want vectors.</summary>
    public bool HasNewFacts { get; private set; }

    public NameResolution Names { get; }

    public HeldFacts Held { get; }

    /// <exception cref="Forbidden">The graph was removed meanwhile.</exception>
    public static Task<T> RunAsync<T>(
        Store store,
        OpenedGraph graph,
        TimeProvider time,
        Func<GraphWrite, ValueTask<T>> write,
        CancellationToken cancellation
    ) => store.WriteAsync(graph.Workspace, db => RunAsync(db, graph, time, write), cancellation);

    /// <exception cref="Forbidden">The graph was removed meanwhile.</exception>
    public static Task RunAsync(
        Store store,
        OpenedGraph graph,
        TimeProvider time,
        Func<GraphWrite, ValueTask> write,
        CancellationToken cancellation
    ) =>
        RunAsync(
            store,
            graph,
            time,
            async changes =>
            {
                await write(changes);
                return true;
            },
            cancellation
        );

    /// <summary>The same within a write of the caller's.</summary>
    /// <exception cref="Forbidden">The graph was removed meanwhile.</exception>
    public static ValueTask<T> RunAsync<T>(
        Db db,
        OpenedGraph graph,
        TimeProvider time,
        Func<GraphWrite, ValueTask<T>> write
    ) => RunAsync(db, graph.Id, graph.Guest, time, write);

    /// <summary>The same for work of the graph's own workspace.</summary>
    /// <exception cref="Forbidden">The graph was removed meanwhile.</exception>
    public static ValueTask<T> RunAsync<T>(
        Db db,
        Id<KnowledgeGraph> graph,
        TimeProvider time,
        Func<GraphWrite, ValueTask<T>> write
    ) => RunAsync(db, graph, guest: null, time, write);

    private static async ValueTask<T> RunAsync<T>(
        Db db,
        Id<KnowledgeGraph> graph,
        Id<Workspace>? guest,
        TimeProvider time,
        Func<GraphWrite, ValueTask<T>> write
    )
    {
        var (dedupe, emptied) =
            await db.FirstAsync(
                $"SELECT dedupe, emptied_at FROM graphs WHERE id = $1 AND workspace_id = $2 {db.Held("FOR UPDATE")}",
                row => ((bool, DateTimeOffset)?)
                    (row.Flag(0), row.TimeOrNull(1) ?? DateTimeOffset.UnixEpoch),
                graph.Value,
                db.Workspace.Value
            ) ?? throw GraphAccess.Refused();
        // Taken behind the lock: what is written later is known later.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Max(
                time.GetUtcNow().ToUnixTimeMilliseconds(),
                emptied.ToUnixTimeMilliseconds() + 1
            )
        );
        var changes = new GraphWrite(db, graph, guest, now, dedupe, emptied);
        var result = await write(changes);
        await changes.CountAsync();
        return result;
    }

    /// <summary>An id that sorts behind those made before it in this transaction.</summary>
    public Id<T> NewId<T>()
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(Now).TryWriteBytes(bytes, bigEndian: true, out _);
        var number = Math.Min(_made++, MostInOneMillisecond - 1);
        bytes[6] = (byte)(0x70 | (number >> 8));
        bytes[7] = (byte)number;
        return new Id<T>(new Guid(bytes, bigEndian: true));
    }

    public void CountNodes(int change) => _nodes += change;

    public async ValueTask<Id<Episode>> AddEpisodeAsync(NewFact fact)
    {
        var id = NewId<Episode>();
        await Db.SendAsync(
            """
            INSERT INTO episodes (id, workspace_id, graph_id, session, kind, text, created_at, document_id,
                session_workspace_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            id.Value,
            Workspace.Value,
            Graph.Value,
            fact.Session,
            fact.Kind,
            fact.Evidence ?? fact.Text,
            Now,
            fact.Document?.Value,
            fact.Session is null ? null : (Guest ?? Workspace).Value
        );
        return id;
    }

    public async ValueTask AddFactAsync(FactView fact)
    {
        await Db.SendAsync(
            """
            INSERT INTO facts (id, workspace_id, graph_id, origin_id, episode_id, is_part, text, subject_id, predicate,
                object_id, value, valid_from, valid_to, recorded_at, retracted_at, superseded_by, ended_by, confidence,
                source, rule, metadata, written_by, copied_from)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL, NULL, $15, $16, $17, $18, $19, $20, $21)
            """,
            fact.Id.Value,
            Workspace.Value,
            Graph.Value,
            fact.OriginId.Value,
            fact.EpisodeId.Value,
            fact.IsPart,
            fact.Text,
            fact.SubjectId?.Value,
            fact.Predicate,
            fact.ObjectId?.Value,
            fact.Value,
            fact.ValidFrom,
            fact.ValidTo,
            fact.RecordedAt,
            fact.EndedBy?.Value,
            fact.Confidence,
            fact.Source,
            fact.Rule,
            fact.Metadata,
            fact.WrittenBy?.Value,
            fact.CopiedFrom?.Value
        );
        await FactWords.AddAsync(Db, fact);
        HasNewFacts = true;
        Held.Add(fact);
        Count(fact, 1);
    }

    /// <summary>Ends what the graph holds of a fact as of now, unless it had ended before.</summary>
    /// <param name="fact">As it was read in this write.</param>
    public async ValueTask RetractAsync(FactView fact, Id<Fact>? supersededBy)
    {
        if (fact.RetractedAt is not null || !_retracted.Add(fact.Id))
            return;
        await Db.SendAsync(
            "UPDATE facts SET retracted_at = $1, superseded_by = $2 WHERE id = $3 AND workspace_id = $4 AND retracted_at IS NULL",
            Now,
            supersededBy?.Value,
            fact.Id.Value,
            Workspace.Value
        );
        Held.Remove(fact);
        Count(fact, -1);
    }

    /// <summary>Takes a span of time out of a fact's validity: the fact is retracted, and what is left is written anew.</summary>
    /// <param name="successor">What takes its place where nothing is left.</param>
    public async ValueTask CutAsync(
        FactView fact,
        Span span,
        Id<Fact>? successor,
        Id<Episode> evidence
    )
    {
        var rest = fact
            .Valid.Without(span)
            .Select(piece =>
                fact with
                {
                    Id = NewId<Fact>(),
                    ValidFrom = Time(piece.From),
                    ValidTo = Time(piece.To),
                    EndedBy = piece.To == fact.Valid.To ? fact.EndedBy : evidence,
                    RecordedAt = Now,
                }
            )
            .ToList();
        await RetractAsync(fact, rest.Count > 0 ? rest[0].Id : successor);
        foreach (var piece in rest)
            await AddFactAsync(piece);
    }

    /// <summary>Removes one version for good, but for its vectors.</summary>
    public async ValueTask EraseAsync(FactView fact)
    {
        await FactWords.RemoveAsync(Db, fact.Id);
        await Db.SendAsync(
            "DELETE FROM facts WHERE id = $1 AND workspace_id = $2",
            fact.Id.Value,
            Workspace.Value
        );
        Held.Remove(fact);
        if (fact.RetractedAt is null && !_retracted.Contains(fact.Id))
            Count(fact, -1);
    }

    /// <summary>Removes evidence for good when no fact rests on it any more.</summary>
    public ValueTask EraseEpisodeAsync(Id<Episode> id) =>
        Db.SendAsync(
            """
            DELETE FROM episodes WHERE id = $1 AND workspace_id = $2
            AND NOT EXISTS (SELECT 1 FROM facts WHERE workspace_id = $2 AND episode_id = $1)
            """,
            id.Value,
            Workspace.Value
        );

    /// <summary>Facts of this graph, by what follows <c>WHERE f.workspace_id = $1 AND f.graph_id = $2</c>.</summary>
    public async ValueTask<List<FactView>> FindAsync(string where, params object?[] arguments) =>
        (await FindEachAsync(where, [arguments]))[0];

    /// <summary>The same for each set of arguments.</summary>
    public ValueTask<List<List<FactView>>> FindEachAsync(
        string where,
        IReadOnlyCollection<object?[]> each
    )
    {
        var last = 3 + each.FirstOrDefault([]).Length;
        return Db.QueryEachAsync(
            $"""
            SELECT {FactView.Columns} FROM facts f {FactView.Joins}
            WHERE f.workspace_id = $1 AND f.graph_id = $2 AND f.recorded_at > ${last} AND {where}
            """,
            FactView.Read,
            [
                .. each.Select(arguments =>
                    (object?[])[Workspace.Value, Graph.Value, .. arguments, Emptied]
                ),
            ]
        );
    }

    private void Count(FactView fact, int change)
    {
        if (!fact.IsPart)
            _facts += change;
        if (fact.IsEdge)
            _edges += change;
    }

    private ValueTask CountAsync() =>
        Db.SendAsync(
            """
            UPDATE graphs SET fact_count = fact_count + $1, node_count = node_count + $2, edge_count = edge_count + $3,
                updated_at = $4
            WHERE id = $5 AND workspace_id = $6
            """,
            _facts,
            _nodes,
            _edges,
            Now,
            Graph.Value,
            Workspace.Value
        );

    public static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
