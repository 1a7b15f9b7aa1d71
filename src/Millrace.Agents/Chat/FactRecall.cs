using System.Globalization;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Knowledge.Graph;
using Millrace.Models.Local;

namespace Millrace.Agents.Chat;

/// <summary>What the graph knows of a message.</summary>
/// <param name="Facts">The best first.</param>
/// <param name="Instruction">What a model is told of them; empty when there is nothing to tell.</param>
/// <param name="IsTrusted">Whether all of it is what the caller's users told or the caller wrote.</param>
internal sealed record KnownFacts(
    IReadOnlyList<RecalledPart> Facts,
    string Instruction,
    bool IsTrusted
)
{
    public static KnownFacts None { get; } = new([], "", IsTrusted: true);
}

/// <summary>
/// Finds facts that a turn may be answered from, in the graph of its session or those that the request names, as they
/// were at the time that the message speaks of. (t-backend §9.6, §14.7)
/// </summary>
internal sealed class FactRecall(GraphSessions sessions, GraphSearch search, TimeProvider time)
{
    /// <summary>The name under which the search is counted, and by which a caller switches it off.</summary>
    public const string Tool = "graph_search";

    private const int Most = 6;

    private const string Found =
        "\n\nFacts that were kept from before are among the data, each with the time since when it holds. Where they answer the question, answer from them.";

    /// <summary>The graphs that a turn may read; empty where there is nothing in them, which costs one look.</summary>
    public async Task<IReadOnlyList<OpenedGraph>> GraphsAsync(
        TurnRequest request,
        CancellationToken cancellation
    )
    {
        if (request.Tools?.Contains(Tool) == false)
            return [];
        if (request.Graphs is { } named)
            return named;
        if (!request.Remembers)
            return [];
        return
            await sessions.OpenFilledAsync(request.Principal, request.SessionId ?? "", cancellation)
                is { } own
            ? [own]
            : [];
    }

    public async Task<KnownFacts> FindAsync(
        TurnRequest request,
        IReadOnlyList<OpenedGraph> graphs,
        CancellationToken cancellation
    )
    {
        if (graphs.Count == 0)
            return KnownFacts.None;
        var question = new GraphQuestion(
            request.Message,
            AskedTime.Of(request.Message, time.GetUtcNow())
        )
        {
            Limit = Most,
        };
        var answers = await search.FindEachAsync(graphs, question, cancellation);
        var best = answers
            .SelectMany(answer => answer.Facts)
            .OrderByDescending(fact => fact.Score)
            .Take(Most)
            .ToList();
        if (best.Count == 0)
            return KnownFacts.None;
        var own = request.Principal.Workspace;
        return new KnownFacts(
            [.. best.Select(scored => PartOf(scored.Fact))],
            Found,
            best.TrueForAll(scored =>
                IsTrusted(scored.Fact, graphs.First(graph => graph.Id == scored.Fact.GraphId), own)
            )
        );
    }

    /// <summary>Whether a fact is what the caller's users told or the caller wrote.</summary>
    internal static bool IsTrusted(FactView fact, OpenedGraph graph, Id<Workspace> own) =>
        !fact.IsOthersWords && graph.Workspace == own;

    private static RecalledPart PartOf(FactView fact) =>
        RecalledPart.Fact(
            fact.Id.ToString(),
            Written(fact),
            fact.ValidFrom is { } from ? $"since {Day(from)}" : "known"
        );

    /// <summary>A fact as a model reads it: its words, and the relation in them.</summary>
    internal static string Written(FactView fact)
    {
        var relation =
            fact.Predicate is null || fact.Object is null
                ? ""
                : $" [{fact.Subject} | {fact.Predicate.Replace('_', ' ')} | {fact.Object}]";
        return fact.Text + relation;
    }

    internal static string Day(DateTimeOffset time) =>
        time.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
