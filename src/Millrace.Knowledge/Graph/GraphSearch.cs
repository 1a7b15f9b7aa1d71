using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Memory;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

/// <summary>How facts are looked for.</summary>
public enum GraphSearchMode
{
    /// <summary>By meaning, by words and by the entities that the question names, fused.</summary>
    Hybrid,
    Vector,
    Keyword,
    Graph,
}

/// <param name="Depth">How many relations away from the entities that are named; 1 is their own facts.</param>
public sealed record GraphQuestion(
    string Text,
    Moment Moment,
    GraphSearchMode Mode = GraphSearchMode.Hybrid,
    int Depth = 1,
    int Limit = 10
);

/// <summary>A fact, and how well it answers, 0 to 1.</summary>
public sealed record ScoredFact(FactView Fact, double Score);

/// <param name="Facts">The best first.</param>
/// <param name="Entities">Those that the question names, then those that the facts relate.</param>
public sealed record GraphAnswer(
    IReadOnlyList<ScoredFact> Facts,
    IReadOnlyList<EntityView> Entities
);

/// <summary>
/// Finds facts by word, by meaning, by entity, and along relations, as they were true and known at a moment. By meaning a
/// fact is found once its vector is made, a few seconds after it was written; by the rest at once.
/// </summary>
public sealed class GraphSearch
{
    private const int Candidates = 300;
    private const int NearCandidates = 100;
    private const int MostEntities = 200;
    private const int MostFactsOfOne = 100;
    private const int MostWords = 32;
    private const int LongestName = 5;

    // As usual for fusing by rank.
    private const double RankOffset = 60;

    private static readonly HashSet<string> FirstPerson = new(
        ["i", "im", "my", "me", "mine", "we", "our", "us"],
        StringComparer.Ordinal
    );

    private readonly Store _store;
    private readonly FactMeaning? _meaning;

    /// <param name="meaning">Null where no vectors are made: words and relations find what they can.</param>
    internal GraphSearch(Store store, FactMeaning? meaning) =>
        (_store, _meaning) = (store, meaning);

    public async Task<GraphAnswer> FindAsync(
        OpenedGraph graph,
        GraphQuestion question,
        CancellationToken cancellation = default
    ) => (await FindEachAsync([graph], question, cancellation))[0];

    /// <summary>What each graph answers, in their order. The question is embedded once for all that one caller asks.</summary>
    public async Task<IReadOnlyList<GraphAnswer>> FindEachAsync(
        IEnumerable<OpenedGraph> graphs,
        GraphQuestion question,
        CancellationToken cancellation = default
    )
    {
        var asked = new AskedVectors();
        var answers = new List<GraphAnswer>();
        foreach (var graph in graphs)
        {
            var near =
                _meaning is null || question.Mode is GraphSearchMode.Keyword or GraphSearchMode.Graph
                    ? []
                    : await _meaning.FindAsync(
                        graph,
                        question,
                        asked,
                        Math.Max(NearCandidates, question.Limit),
                        cancellation
                    );
            answers.Add(
                await _store.ReadAsync(
                    graph.Workspace,
                    db => FindAsync(db, graph.Id, question, near),
                    cancellation
                )
            );
        }
        return answers;
    }

    /// <summary>The shortest chain of relations between two entities; empty when there is none within reach.</summary>
    /// <exception cref="NotFound">The graph has no such entity.</exception>
    public Task<IReadOnlyList<FactView>> PathAsync(
        OpenedGraph graph,
        Id<Entity> from,
        Id<Entity> to,
        Moment moment,
        int depth,
        CancellationToken cancellation = default
    ) =>
        _store.ReadAsync(
            graph.Workspace,
            async db =>
            {
                await EntityRows.GetAsync(db, graph.Id, from);
                await EntityRows.GetAsync(db, graph.Id, to);
                return await GraphWalk.PathAsync(db, graph.Id, from, to, moment, depth);
            },
            cancellation
        );

    private static async ValueTask<GraphAnswer> FindAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        GraphQuestion question,
        IReadOnlyList<NearFact> near
    )
    {
        var terms = Terms.Of(question.Text).Take(MostWords).ToList();
        var mode = question.Mode;
        var named = mode is GraphSearchMode.Hybrid or GraphSearchMode.Graph
            ? await NamedAsync(db, graph, Terms.Words(question.Text), question.Moment)
            : [];
        var byWord = mode is GraphSearchMode.Hybrid or GraphSearchMode.Keyword
            ? await ByWordAsync(db, graph, terms, question)
            : [];
        var byEntity = await ByEntityAsync(db, graph, named, terms, question);
        var byMeaning = await ByMeaningAsync(db, graph, near, question.Moment);
        var best = Fuse(byWord, byEntity, byMeaning).Take(question.Limit).ToList();
        var ids = named
            .Concat(best.SelectMany(scored => GraphWalk.Ends(scored.Fact)))
            .Distinct()
            .Take(MostEntities);
        return new GraphAnswer(best, await EntityRows.GetEachAsync(db, graph, ids));
    }

    private static async ValueTask<List<ScoredFact>> ByWordAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        List<string> terms,
        GraphQuestion question
    )
    {
        if (terms.Count == 0)
            return [];
        var found = await FactWords.FindAsync(
            db,
            graph,
            terms,
            all: true,
            question.Moment,
            Candidates
        );
        if (found.Count < question.Limit)
            found.AddRange(
                await FactWords.FindAsync(db, graph, terms, all: false, question.Moment, Candidates)
            );
        return Rank(found.DistinctBy(fact => fact.Id), terms, new AskedFor(question.Text));
    }

    private static async ValueTask<List<ScoredFact>> ByEntityAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        List<Id<Entity>> named,
        List<string> terms,
        GraphQuestion question
    )
    {
        var scored = new List<ScoredFact>();
        var asked = new AskedFor(question.Text);
        await foreach (
            var (hop, facts) in GraphWalk.FromAsync(
                db,
                graph,
                named,
                question.Moment,
                question.Depth,
                MostFactsOfOne,
                MostEntities
            )
        )
            scored.AddRange(
                Rank(facts, terms, asked)
                    .Select(fact => fact with { Score = (1 + fact.Score) / (2 * hop) })
            );
        return scored;
    }

    /// <summary>By how much of the question a fact holds; a word that few of them hold counts for more.</summary>
    private static List<ScoredFact> Rank(
        IEnumerable<FactView> facts,
        List<string> terms,
        AskedFor asked
    )
    {
        var held = facts
            .Select(fact => (Fact: fact, Terms: FactWords.TermsOf(fact).ToHashSet()))
            .ToList();
        var weights = terms.ToDictionary(
            term => term,
            term =>
                Math.Log(
                    1 + (held.Count + 1.0) / (1 + held.Count(fact => fact.Terms.Contains(term)))
                )
        );
        var all = weights.Values.Sum();
        return
        [
            .. held.Select(fact => new ScoredFact(
                    fact.Fact,
                    all > 0 ? terms.Where(fact.Terms.Contains).Sum(term => weights[term]) / all : 0
                ))
                .OrderByDescending(fact => fact.Score)
                .ThenByDescending(fact => asked.IsIn(fact.Fact))
                .ThenByDescending(fact => fact.Fact.Id),
        ];
    }

    private static async ValueTask<List<ScoredFact>> ByMeaningAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        IReadOnlyList<NearFact> near,
        Moment moment
    )
    {
        var likeness = near.ToDictionary(fact => fact.Fact, fact => fact.Likeness);
        if (likeness.Count == 0)
            return [];
        var places = string.Join(", ", Enumerable.Range(5, likeness.Count).Select(at => $"${at}"));
        var facts = await db.QueryAsync(
            $"""
            SELECT {FactView.Columns} FROM facts f {FactView.Joins}
            WHERE f.workspace_id = $1 AND f.graph_id = $2 AND {FactView.IsTrue} AND f.id IN ({places})
            """,
            FactView.Read,
            [
                db.Workspace.Value,
                graph.Value,
                moment.At,
                moment.Known,
                .. likeness.Keys.Select(fact => (object)fact.Value),
            ]
        );
        return
        [
            .. facts
                .Select(fact => new ScoredFact(fact, likeness[fact.Id]))
                .OrderByDescending(fact => fact.Score)
                .ThenByDescending(fact => fact.Fact.Id),
        ];
    }

    /// <summary>One ranking as it is; several by the reciprocal ranks in them.</summary>
    private static IEnumerable<ScoredFact> Fuse(params ReadOnlySpan<List<ScoredFact>> rankings)
    {
        List<List<ScoredFact>> filled = [.. rankings];
        filled.RemoveAll(ranking => ranking.Count == 0);
        if (filled is [var only])
            return only;
        var scores = new Dictionary<Id<Fact>, (FactView Fact, double Score)>();
        foreach (var ranking in filled)
        {
            for (var rank = 0; rank < ranking.Count; rank++)
            {
                var fact = ranking[rank].Fact;
                var before = scores.GetValueOrDefault(fact.Id).Score;
                scores[fact.Id] = (fact, before + 1 / (RankOffset + rank + 1));
            }
        }
        var best = filled.Count / (RankOffset + 1);
        return scores
            .Values.Select(entry => new ScoredFact(entry.Fact, entry.Score / best))
            .OrderByDescending(fact => fact.Score)
            .ThenByDescending(fact => fact.Fact.Id);
    }

    /// <summary>The entities whose names, as the graph knew them at the moment, stand in a question.</summary>
    private static async ValueTask<List<Id<Entity>>> NamedAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        List<string> words,
        Moment moment
    )
    {
        var count = Math.Min(words.Count, MostWords);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var start = 0; start < count; start++)
        for (var length = 1; length <= LongestName && start + length <= count; length++)
            keys.Add(string.Join(' ', words.Skip(start).Take(length)));
        // "Where do I live?" names the user who asks.
        if (words.Any(FirstPerson.Contains))
            keys.Add(GraphMemory.User);
        var found = await db.QueryEachAsync(
            """
            SELECT entity_id FROM entity_names WHERE workspace_id = $1 AND graph_id = $2 AND key = $3
            AND (dropped_at IS NULL OR dropped_at > $4)
            """,
            row => row.Id<Entity>(0),
            [
                .. keys.OrderByDescending(key => key.Length)
                    .Select(key =>
                        (object?[])[db.Workspace.Value, graph.Value, key, moment.Known]
                    ),
            ]
        );
        return [.. found.SelectMany(entities => entities).Distinct()];
    }
}
