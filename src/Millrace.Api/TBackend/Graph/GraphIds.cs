using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph;

namespace Millrace.Api.TBackend.Graph;

/// <summary>How ids of the graph are written: a fact that relates two entities is an edge too, under the same digits.</summary>
internal static class GraphIds
{
    public static string Of(Id<KnowledgeGraph> id) => $"g_{id}";

    public static string Of(Id<Entity> id) => $"n_{id}";

    public static string Of(Id<Episode> id) => $"m_{id}";

    public static string FactOf(Id<Fact> id) => $"f_{id}";

    public static string EdgeOf(Id<Fact> id) => $"e_{id}";

    /// <exception cref="Forbidden">It is no id; told as one that is not accessible. (t-backend §14.5)</exception>
    public static Id<KnowledgeGraph> Graph(string? text) =>
        Id<KnowledgeGraph>.TryParse(text, "g_", out var id)
            ? id
            : throw new Forbidden(
                "graph_forbidden",
                "This API key may not have access to that graph."
            );

    public static Id<Fact> Fact(string? text) =>
        TryFact(text)
        ?? throw new NotFound("fact_not_found", "There is no such fact in that graph.");

    public static Id<Fact> Edge(string? text) =>
        TryFact(text)
        ?? throw new NotFound("edge_not_found", "There is no such edge in that graph.");

    public static Id<Entity> Node(string? text) =>
        Id<Entity>.TryParse(text, "n_", out var id)
            ? id
            : throw new NotFound("node_not_found", "There is no such node in that graph.");

    public static Id<WorkItem> Task(string? text) =>
        Id<WorkItem>.TryParse(text, "", out var id)
            ? id
            : throw new NotFound("task_not_found", "There is no such task.");

    public static Id<Episode> Memory(string? text) =>
        Id<Episode>.TryParse(text, "m_", out var id)
            ? id
            : throw new NotFound("memory_not_found", "There is no such memory.");

    private static Id<Fact>? TryFact(string? text) =>
        Id<Fact>.TryParse(text, "f_", out var id) || Id<Fact>.TryParse(text, "e_", out id)
            ? id
            : null;
}
