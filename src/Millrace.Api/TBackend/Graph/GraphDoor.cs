using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared.Access;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Knowledge.Graph;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Opens the graph that a request is about. (t-backend §14.5)</summary>
internal static class GraphDoor
{
    /// <summary>The graph in the path.</summary>
    /// <exception cref="Forbidden">It is not accessible, whether it exists or not, or the role is less.</exception>
    public static async Task<OpenedGraph> OpenAsync(
        HttpContext http,
        GraphAccess access,
        GraphRole role = GraphRole.Reader
    )
    {
        var id = GraphIds.Graph(Value(http, "graph_id"));
        var graph = await access.OpenAsync(http.Caller(), id, http.RequestAborted);
        graph.Demand(role);
        return graph;
    }

    /// <summary>The graph of a fact that is named alone.</summary>
    /// <exception cref="NotFound">There is no such fact in what the caller may read.</exception>
    public static async Task<OpenedGraph> OfFactAsync(
        HttpContext http,
        GraphAccess access,
        FactReader facts,
        Id<Fact> fact
    )
    {
        var graph =
            await facts.GraphOfAsync(fact, http.RequestAborted)
            ?? throw new NotFound("fact_not_found", "There is no such fact.");
        try
        {
            return await access.OpenAsync(http.Caller(), graph, http.RequestAborted);
        }
        catch (Forbidden)
        {
            throw new NotFound("fact_not_found", "There is no such fact.");
        }
    }

    public static string? Value(HttpContext http, string name) =>
        http.GetRouteValue(name)?.ToString();
}
