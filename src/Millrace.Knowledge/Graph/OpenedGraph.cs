using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph;

/// <summary>A graph that a caller was let into, with the role that it has there. Everything in it is reached through this.</summary>
/// <param name="Workspace">The graph's own, which need not be the caller's.</param>
public sealed record OpenedGraph(
    Id<KnowledgeGraph> Id,
    Id<Workspace> Workspace,
    GraphRole Role,
    bool IsDefault
)
{
    /// <summary>The caller's workspace where it is not the graph's own: what such a one writes is marked with it.</summary>
    internal Id<Workspace>? Guest { get; init; }

    /// <summary>The caller's workspace. A session is the caller's own, whatever others call theirs.</summary>
    internal Id<Workspace> Caller => Guest ?? Workspace;

    /// <exception cref="Forbidden">The caller's role is less.</exception>
    public void Demand(GraphRole role)
    {
        if (Role < role)
            throw new Forbidden(
                "graph_role_missing",
                role is GraphRole.Owner
                    ? "Only the graph's owner may do this."
                    : "This API key may read that graph and not write to it."
            );
    }
}

/// <summary>A graph as its list shows it.</summary>
public sealed record GraphView(
    Id<KnowledgeGraph> Id,
    string Name,
    string Description,
    GraphRole Role,
    bool IsDefault,
    bool Dedupe,
    long FactCount,
    long NodeCount,
    long EdgeCount,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
);
