using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Failures;
using Millrace.Knowledge.Graph;
using static Millrace.Api.TBackend.Graph.GraphRoutes;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Questions to one graph or to all, paths, and the whole for drawing. (t-backend §14.2, §14.3)</summary>
internal static class GraphSearchRoutes
{
    private const string Example = """
        {"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718","query":"Where does Alice work?","at":"2026-01-01T00:00:00Z",
         "results":[{"type":"fact","id":"f_0198c0de4c7b7000a1b2c3d4e5f60719",
          "graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718","text":"Alice works at Acme","score":1,
          "valid_from":"2020-01-01T00:00:00Z","valid_to":null,"source":null}],
         "facts":[],"nodes":[],"edges":[],"count":1}
        """;

    public static void MapGraphSearch(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/graph/{graph_id}/query", QueryAsync)
            .WithSummary("Ask a graph, as of any time")
            .WithQuery("query", "What is asked; required.")
            .WithQuery(
                "mode",
                "By meaning, by word, by the entities named, or all of them.",
                "hybrid",
                "vector",
                "keyword",
                "graph"
            )
            .WithQuery("depth", "How many relations away, 0 to 3; 1 when left out.")
            .WithQuery("limit", "1 to 1,000; 10 when left out.")
            .WithMoment()
            .WithAnswer<GraphQueryResponse>(Example)
            .WithFailures(401, 403, 422, 429);
        routes
            .MapRead("/graph/search", SearchAsync)
            .WithSummary("Ask all accessible graphs; of those that one other key shares, ten. Nodes are those of the facts found, and of those that the question names as many as `limit`")
            .WithQuery("query", "What is asked; required.")
            .WithQuery("limit", "1 to 1,000; 10 when left out.")
            .WithMoment()
            .WithAnswer<GraphQueryResponse>(Example)
            .WithFailures(401, 403, 422, 429);
        routes
            .MapRead("/graph/{graph_id}/path", PathAsync)
            .WithSummary("Find the shortest chain of edges between two nodes")
            .WithQuery("from", "A node's id; required.")
            .WithQuery("to", "A node's id; required.")
            .WithQuery("depth", "The longest chain, 0 to 6; 4 when left out.")
            .WithMoment()
            .WithAnswer<GraphPathResponse>(
                $$"""{"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718","edges":[{{EdgeRoutes.Example}}]}"""
            )
            .WithFailures(401, 403, 404, 422, 429);
        routes
            .MapRead("/graph/data", DataAsync)
            .WithSummary("Give a graph's nodes and edges for drawing")
            .WithQuery("graph_id", "The default graph when left out.")
            .WithQuery("limit", "Of nodes and of edges, 1 to 1,000; 500 when left out.")
            .WithMoment()
            .WithAnswer<GraphDataResponse>(
                $$"""{"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718","nodes":[],"edges":[{{EdgeRoutes.Example}}]}"""
            )
            .WithFailures(401, 403, 422, 429);
    }

    private static async Task<JsonHttpResult<GraphQueryResponse>> QueryAsync(
        HttpContext http,
        GraphAccess access,
        GraphSearch search,
        TimeProvider time
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var query = new GraphParameters(http.Request, time);
        var mode = query.OneOf("mode", "hybrid", "vector", "keyword", "graph");
        var question = new GraphQuestion(query.Required("query"), query.Moment())
        {
            Mode = mode switch
            {
                "vector" => GraphSearchMode.Vector,
                "keyword" => GraphSearchMode.Keyword,
                "graph" => GraphSearchMode.Graph,
                _ => GraphSearchMode.Hybrid,
            },
            Depth = query.Depth(1, 3),
            Limit = query.Limit(10),
        };
        query.Check();
        var answer = await search.FindAsync(graph, question, http.RequestAborted);
        return Json(Answer(GraphIds.Of(graph.Id), question, answer.Facts, answer.Entities));
    }

    private static async Task<JsonHttpResult<GraphQueryResponse>> SearchAsync(
        HttpContext http,
        AccessibleSearch search,
        TimeProvider time
    )
    {
        var query = new GraphParameters(http.Request, time);
        var question = new GraphQuestion(query.Required("query"), query.Moment())
        {
            Limit = query.Limit(10),
        };
        query.Check();
        var answer = await search.FindAsync(http.Caller(), question, http.RequestAborted);
        return Json(Answer(null, question, answer.Facts, answer.Entities));
    }

    private static async Task<JsonHttpResult<GraphPathResponse>> PathAsync(
        HttpContext http,
        GraphAccess access,
        GraphSearch search,
        TimeProvider time
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var query = new GraphParameters(http.Request, time);
        var (from, to) = (query.Required("from"), query.Required("to"));
        var (moment, depth) = (query.Moment(), query.Depth(4, 6));
        query.Check();
        var path = await search.PathAsync(
            graph,
            GraphIds.Node(from),
            GraphIds.Node(to),
            moment,
            depth,
            http.RequestAborted
        );
        return Json(
            new GraphPathResponse(GraphIds.Of(graph.Id), [.. path.Select(EdgeResponse.From)])
        );
    }

    private static async Task<JsonHttpResult<GraphDataResponse>> DataAsync(
        HttpContext http,
        GraphAccess access,
        FactReader reader,
        Entities entities,
        TimeProvider time
    )
    {
        var query = new GraphParameters(http.Request, time);
        var named = query.Text("graph_id");
        var graph = named is null
            ? await access.OpenDefaultAsync(http.Caller(), http.RequestAborted)
            : await access.OpenAsync(http.Caller(), GraphIds.Graph(named), http.RequestAborted);
        var filter = new FactFilter
        {
            Moment = query.Moment(),
            Relations = true,
            Limit = query.Limit(500),
        };
        query.Check();
        var edges = await reader.ListAsync(graph, filter, http.RequestAborted);
        var nodes = await entities.ListAsync(
            graph,
            filter.Moment.KnownAt,
            filter.Limit,
            0,
            http.RequestAborted
        );
        return Json(
            new GraphDataResponse(
                GraphIds.Of(graph.Id),
                [.. nodes.Select(NodeResponse.From)],
                [.. edges.Select(EdgeResponse.From)]
            )
        );
    }

    private static GraphQueryResponse Answer(
        string? graph,
        GraphQuestion question,
        IReadOnlyList<ScoredFact> facts,
        IReadOnlyList<EntityView> entities
    ) =>
        new(
            graph,
            question.Text,
            question.Moment.At.UtcDateTime,
            [.. facts.Select(Hit)],
            [
                .. facts
                    .Where(hit => !IsOnlyEdge(hit.Fact))
                    .Select(hit => FactResponse.From(hit.Fact)),
            ],
            [.. entities.Select(NodeResponse.From)],
            [.. facts.Where(hit => hit.Fact.IsEdge).Select(hit => EdgeResponse.From(hit.Fact))],
            facts.Count
        );

    // A relation that was read out of a statement, which is a fact itself.
    private static bool IsOnlyEdge(FactView fact) => fact is { IsPart: true, IsEdge: true };

    private static GraphHit Hit(ScoredFact hit) =>
        new(
            IsOnlyEdge(hit.Fact) ? "edge" : "fact",
            IsOnlyEdge(hit.Fact) ? GraphIds.EdgeOf(hit.Fact.Id) : GraphIds.FactOf(hit.Fact.Id),
            GraphIds.Of(hit.Fact.GraphId),
            hit.Fact.Text,
            Math.Round(hit.Score, 4),
            hit.Fact.ValidFrom?.UtcDateTime,
            hit.Fact.ValidTo?.UtcDateTime,
            hit.Fact.Source
        );
}
