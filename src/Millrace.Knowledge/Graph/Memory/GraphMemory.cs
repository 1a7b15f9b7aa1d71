using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>What a user said in one turn.</summary>
/// <param name="Subject">The name that the user has in the graph.</param>
public sealed record SaidTurn(string Text, DateTimeOffset At, string Session, string Subject)
{
    /// <summary>Who pays for its reading.</summary>
    public Id<Workspace> Workspace { get; init; }

    /// <summary>No model is to see it.</summary>
    public bool ByRule { get; init; }

    /// <summary>It will be tried again when a model does not answer now; else the rules read it.</summary>
    public bool MayWait { get; init; }
}

/// <summary>
/// Keeps what users tell as facts of their session's graph, with their words as the evidence: read by a language model
/// where a real one is the default, else by rule. (t-backend §9.6)
/// </summary>
public sealed class GraphMemory
{
    /// <summary>The user's name in a graph of their own key.</summary>
    public const string User = "user";

    private const string Kind = "turn";
    private const int Recent = 40;

    private readonly FactLog _log;
    private readonly FactReader _facts;
    private readonly ModelMemory? _model;

    /// <param name="model">Null where rules read alone.</param>
    internal GraphMemory(FactLog log, FactReader facts, ModelMemory? model = null) =>
        (_log, _facts, _model) = (log, facts, model);

    /// <summary>Whether a language model reads, so that any statement may be understood, and reading takes its time.</summary>
    public bool HasModel => _model?.Route is not null;

    /// <summary>Whether there may be something to keep in a message, as far as that can be told without the graph.</summary>
    /// <param name="byRule">No model is to see it.</param>
    public bool MayHold(string message, bool byRule = false) =>
        !byRule && HasModel && SaidReader.IsTelling(message) || SaidFacts.MayHold(message);

    /// <summary>Keeps what is worth it.</summary>
    /// <param name="also">What else belongs to the same write; it is made even where there is nothing to keep.</param>
    /// <exception cref="Forbidden">The graph may only be read.</exception>
    /// <exception cref="Failure">The model does not answer for now, and the turn may wait.</exception>
    public async Task<IReadOnlyList<WrittenFact>> KeepAsync(
        OpenedGraph graph,
        SaidTurn turn,
        Func<Db, ValueTask> also,
        CancellationToken cancellation
    )
    {
        var recent = await _facts.ListAsync(
            graph,
            new FactFilter
            {
                Session = turn.Session,
                IncludeInvalid = true,
                Limit = Recent,
            },
            cancellation
        );
        // What has ended may be taken up again.
        recent.RemoveAll(fact => fact.RetractedAt is not null);
        var read = !turn.ByRule && _model is { Route: { } route }
            ? await _model.ReadAsync(graph, turn, route, recent, cancellation)
            : null;
        var kept = (
            read ?? SaidFacts.Read(turn, recent.Select(Known.Of).Where(one => one.IsSoAt(turn.At)))
        )
            .Select(fact => fact with { Evidence = turn.Text, Kind = Kind, Session = turn.Session })
            .ToList();
        return await _log.AddAsync(graph, kept, also, cancellation);
    }
}
