using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Limits;
using Millrace.Knowledge.Graph;
using static Millrace.Api.TBackend.Graph.GraphRoutes;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Edges, which are facts that relate two entities. (t-backend §14.2)</summary>
internal static class EdgeRoutes
{
    internal const string Example = """
        {"id":"e_0198c0de4c7b7000a1b2c3d4e5f60719","graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
         "source_id":"n_0198c0de4c7b7000a1b2c3d4e5f6071b","source_name":"Alice",
         "target_id":"n_0198c0de4c7b7000a1b2c3d4e5f6071c","target_name":"Acme","relation":"works_at",
         "fact":"Alice works at Acme","valid_from":"2020-01-01T00:00:00Z","valid_to":null,
         "created_at":"2026-06-24T21:50:43Z","invalidated_at":null,"confidence":1,"source":"works_at",
         "episodes":["m_0198c0de4c7b7000a1b2c3d4e5f6071a"]}
        """;

    public static void MapEdges(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/graph/{graph_id}/edges", ListAsync)
            .WithSummary("List edges, the latest first")
            .WithMoment()
            .WithQuery("limit", "1 to 1,000; 100 when left out.")
            .WithQuery("offset", "How many to pass over.")
            .WithQuery("include_invalid", "All that was ever written.", "true", "false")
            .WithAnswer<IReadOnlyList<EdgeResponse>>($"[{Example}]")
            .WithFailures(401, 403, 422, 429);
        routes
            .MapPost("/graph/{graph_id}/edges", CreateAsync)
            .WithSummary("Relate two nodes")
            .WithBody<EdgeRequest>(
                """
                {"source_id":"n_0198c0de4c7b7000a1b2c3d4e5f6071b","target_id":"n_0198c0de4c7b7000a1b2c3d4e5f6071c",
                 "relation":"works_at","valid_from":"2020"}
                """
            )
            .WithAnswer<EdgeResponse>(Example)
            .WithFailures(400, 401, 403, 404, 413, 422, 429);
        routes
            .MapRead("/graph/{graph_id}/edges/{edge_id}", ShowAsync)
            .WithSummary("Show an edge with all its versions")
            .WithAnswer<EdgeResponse>(Example)
            .WithFailures(401, 403, 404, 429);
        routes
            .MapPatch("/graph/{graph_id}/edges/{edge_id}", ChangeAsync)
            .WithSummary("Put a new version in the place of an edge's present one")
            .WithBody<FactUpdate>("""{"valid_to":"2024-05-01"}""")
            .WithAnswer<EdgeResponse>(Example)
            .WithFailures(400, 401, 403, 404, 409, 413, 422, 429);
        routes
            .MapDelete("/graph/{graph_id}/edges/{edge_id}", DeleteAsync)
            .WithSummary("Take an edge back, by the id of any of its versions")
            .WithAnswer<DeletedResponse>(
                """{"id":"e_0198c0de4c7b7000a1b2c3d4e5f60719","deleted":true,"success":true}"""
            )
            .WithFailures(401, 403, 404, 429);
    }

    private static async Task<JsonHttpResult<IReadOnlyList<EdgeResponse>>> ListAsync(
        HttpContext http,
        GraphAccess access,
        FactReader reader,
        TimeProvider time
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var query = new GraphParameters(http.Request, time);
        var filter = new FactFilter
        {
            Moment = query.Moment(),
            IncludeInvalid = query.Flag("include_invalid"),
            Relations = true,
            Limit = query.Limit(100),
            Offset = query.Offset(),
        };
        query.Check();
        var edges = await reader.ListAsync(graph, filter, http.RequestAborted);
        return Json<IReadOnlyList<EdgeResponse>>([.. edges.Select(EdgeResponse.From)]);
    }

    private static async Task<JsonHttpResult<EdgeResponse>> CreateAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        Entities entities,
        FactLog log
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var (edge, source, target) = await GraphReader.ReadAsync(
            http,
            budget,
            (_, fields) =>
                (
                    GraphReader.Edge(fields),
                    fields.RequiredText("source_id", GraphReader.LongestName),
                    fields.RequiredText("target_id", GraphReader.LongestName)
                )
        );
        var one = await entities.GetAsync(graph, GraphIds.Node(source), http.RequestAborted);
        var other = await entities.GetAsync(graph, GraphIds.Node(target), http.RequestAborted);
        edge = edge with
        {
            SubjectId = one.Id,
            ObjectId = other.Id,
            Text = edge.Text.Length > 0 ? edge.Text : $"{one.Name} {edge.Predicate} {other.Name}",
        };
        var written = await log.AddAsync(graph, [edge], http.RequestAborted);
        return Json(EdgeResponse.From(written[0].Fact));
    }

    private static async Task<JsonHttpResult<EdgeResponse>> ShowAsync(
        HttpContext http,
        GraphAccess access,
        FactReader reader
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var id = GraphIds.Edge(GraphDoor.Value(http, "edge_id"));
        var edge = await reader.GetEdgeAsync(graph, id, http.RequestAborted);
        var history = await reader.HistoryAsync(graph, edge, http.RequestAborted);
        return Json(
            EdgeResponse.From(edge) with
            {
                History = [.. history.Where(fact => fact.IsEdge).Select(EdgeResponse.From)],
            }
        );
    }

    private static async Task<JsonHttpResult<EdgeResponse>> ChangeAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        FactLog log
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var id = GraphIds.Edge(GraphDoor.Value(http, "edge_id"));
        var change = await GraphReader.ReadAsync(http, budget, GraphReader.Change);
        var changed = await log.ChangeAsync(
            graph,
            change with
            {
                Fact = id,
                IsOfEdge = true,
            },
            http.RequestAborted
        );
        return Json(EdgeResponse.From(changed));
    }

    private static async Task<JsonHttpResult<DeletedResponse>> DeleteAsync(
        HttpContext http,
        GraphAccess access,
        FactReader reader,
        FactLog log
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var id = GraphIds.Edge(GraphDoor.Value(http, "edge_id"));
        await reader.GetEdgeAsync(graph, id, http.RequestAborted);
        await log.RetractAsync(graph, id, http.RequestAborted);
        return Json(new DeletedResponse(GraphIds.EdgeOf(id)));
    }
}
