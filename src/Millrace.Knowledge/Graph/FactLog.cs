using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

/// <summary>Writes facts. What is written is on disk, listed, and found by word and by entity when the task completes.</summary>
public sealed class FactLog
{
    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly FactEmbedding _embedding;
    private readonly FactVectors _vectors;
    private readonly Statements _statements;
    private readonly StatementNeeds _needs;
    private readonly FactChanges _changes;
    private readonly EntityRecognizer? _recognizer;

    /// <param name="recognizer">Guesses what names are that the graph does not know; without it they have no type.</param>
    internal FactLog(
        Store store,
        GraphOptions options,
        FactEmbedding embedding,
        FactVectors vectors,
        TimeProvider time,
        EntityRecognizer? recognizer = null
    )
    {
        (_store, _embedding, _vectors) = (store, embedding, vectors);
        (_time, _recognizer) = (time, recognizer);
        var predicates = new Predicates(options);
        var contradictions = new Contradictions(predicates);
        _needs = new StatementNeeds(predicates);
        _statements = new Statements(contradictions);
        _changes = new FactChanges(_statements, contradictions);
    }

    /// <summary>All of these or, when one fails, none; in their order.</summary>
    /// <exception cref="Forbidden">The graph may only be read.</exception>
    /// <exception cref="Invalid">A fact ends before it begins.</exception>
    public Task<IReadOnlyList<WrittenFact>> AddAsync(
        OpenedGraph graph,
        IReadOnlyList<NewFact> facts,
        CancellationToken cancellation = default
    ) => AddAsync(graph, facts, _ => ValueTask.CompletedTask, cancellation);

    /// <summary>The same, with something else in the same write.</summary>
    /// <param name="also">What else belongs to the same write.</param>
    /// <exception cref="Forbidden">The graph may only be read.</exception>
    /// <exception cref="Invalid">A fact ends before it begins.</exception>
    public async Task<IReadOnlyList<WrittenFact>> AddAsync(
        OpenedGraph graph,
        IReadOnlyList<NewFact> facts,
        Func<Db, ValueTask> also,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        var read = Read(facts);
        return await _store.WriteAsync(
            graph.Workspace,
            async db =>
            {
                var written = await AddAsync(db, graph, read);
                await also(db);
                return written;
            },
            cancellation
        );
    }

    /// <summary>Reads what facts say; it takes its time, so it is done before the write, which others wait for.</summary>
    /// <exception cref="Invalid">A fact ends before it begins.</exception>
    internal List<(NewFact Fact, Reading Reading)> Read(IReadOnlyList<NewFact> facts) =>
        [.. facts.Select(fact => (fact, Read(fact)))];

    /// <summary>Writes what was read, within a write of the caller's.</summary>
    internal ValueTask<List<WrittenFact>> AddAsync(
        Db db,
        OpenedGraph graph,
        List<(NewFact Fact, Reading Reading)> facts
    ) =>
        GraphWrite.RunAsync(
            db,
            graph,
            _time,
            async write =>
            {
                await _needs.LoadAsync(write, facts);
                var written = new List<WrittenFact>(facts.Count);
                foreach (var (fact, reading) in facts)
                    written.Add(await _statements.AddAsync(write, fact, reading));
                await _embedding.QueueAsync(write);
                return written;
            }
        );

    /// <summary>Puts a new version in a fact's place.</summary>
    /// <exception cref="NotFound">The graph has no such fact.</exception>
    /// <exception cref="Conflict">The version is not the present one.</exception>
    /// <exception cref="Invalid">It would end before it begins, or be an edge no longer.</exception>
    public Task<FactView> ChangeAsync(
        OpenedGraph graph,
        FactChange change,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        var reading = change.Text is { } text
            ? Read(new NewFact { Text = text })
            : Reading.Nothing;
        return GraphWrite.RunAsync(
            _store,
            graph,
            _time,
            async write =>
            {
                var changed = await ChangeAsync(write, change, reading);
                await _embedding.QueueAsync(write);
                return changed;
            },
            cancellation
        );
    }

    /// <summary>
    /// Takes a fact back, whichever of its versions the id is of, with the relations that were read out of it. What it had
    /// ended has not. It is still there for who asks what was known before.
    /// </summary>
    /// <exception cref="NotFound">The graph has no such fact.</exception>
    public Task RetractAsync(
        OpenedGraph graph,
        Id<Fact> id,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        return GraphWrite.RunAsync(
            _store,
            graph,
            _time,
            async write =>
            {
                await Withdrawals.TakeBackAsync(write, await GetAsync(write, id));
                await _embedding.QueueAsync(write);
            },
            cancellation
        );
    }

    /// <summary>Takes these versions back, those that still stand. Whether any did.</summary>
    internal Task<bool> RetractAsync(
        OpenedGraph graph,
        IReadOnlyList<FactView> facts,
        CancellationToken cancellation
    ) =>
        GraphWrite.RunAsync(
            _store,
            graph,
            _time,
            async write =>
            {
                var any = false;
                foreach (var fact in facts)
                {
                    var standing = await write.FindAsync(
                        "f.id = $3 AND f.retracted_at IS NULL",
                        fact.Id.Value
                    );
                    foreach (var version in standing)
                        await Withdrawals.TakeBackAsync(write, version);
                    any |= standing.Count > 0;
                }
                await _embedding.QueueAsync(write);
                return any;
            },
            cancellation
        );

    /// <summary>
    /// Removes a fact for good: all its versions, what a consolidation merged with it, what was read out of it, and the
    /// evidence when nothing else rests on that.
    /// </summary>
    /// <exception cref="NotFound">The graph has no such fact.</exception>
    public Task EraseAsync(OpenedGraph graph, Id<Fact> id, CancellationToken cancellation = default)
    {
        graph.Demand(GraphRole.Writer);
        return GraphWrite.RunAsync(
            _store,
            graph,
            _time,
            async write =>
            {
                var erased = await Withdrawals.EraseAsync(write, await GetAsync(write, id));
                await _embedding.QueueAsync(write);
                await _vectors.RemoveAsync(write.Db, erased.ConvertAll(fact => fact.Id));
            },
            cancellation
        );
    }

    private async ValueTask<FactView> ChangeAsync(
        GraphWrite write,
        FactChange change,
        Reading reading
    )
    {
        var fact = await GetAsync(write, change.Fact);
        if (change.IsOfEdge && !fact.IsEdge)
            throw FactReader.UnknownEdge();
        var changed = await _changes.ApplyAsync(write, fact, change, reading);
        if (change.IsOfEdge && !changed.IsEdge)
            throw new Invalid(
                "edge_relates_nothing",
                "No relation of two entities could be read from the new text of the edge.",
                "fact"
            );
        return changed;
    }

    private Reading Read(NewFact fact)
    {
        if (fact is { ValidFrom: { } from, ValidTo: { } to } && from >= to)
            throw EndsFirst();
        if (
            fact is { Subject: null, SubjectId: null }
            && (fact.Predicate ?? fact.Object) is not null
        )
            throw new Invalid(
                "fact_without_subject",
                "A predicate or an object needs a subject beside it.",
                "subject"
            );
        if (fact.Rule is not null)
            return Reading.Nothing;
        var reading = StatementReader.Read(fact.Text);
        return _recognizer is null
            ? reading
            : reading.WithGuesses(_recognizer.Recognize(fact.Text));
    }

    private static async ValueTask<FactView> GetAsync(GraphWrite write, Id<Fact> id) =>
        (await write.FindAsync("f.id = $3", id.Value)).FirstOrDefault()
        ?? throw FactReader.Unknown();

    internal static Invalid EndsFirst() =>
        new("fact_ends_first", "valid_to must be later than valid_from.", "valid_to");
}
