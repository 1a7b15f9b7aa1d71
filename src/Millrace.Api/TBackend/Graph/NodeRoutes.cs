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

/// <summary>Nodes, which are entities. (t-backend §14.2)</summary>
internal static class NodeRoutes
{
    private const string Example = """
        {"id":"n_0198c0de4c7b7000a1b2c3d4e5f6071b","graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718","name":"Alice",
         "type":"person","source":"first_kind=first_name","aliases":["Alice Smith"],"summary":"","attributes":{},
         "created_at":"2026-06-24T21:50:43Z","updated_at":"2026-06-24T21:50:43Z"}
        """;

    public static void MapNodes(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/graph/{graph_id}/nodes", ListAsync)
            .WithSummary("List nodes, the latest first")
            .WithQuery("known_at", "Those that there were at this time, with the names, types and summaries of now; now when left out.")
            .WithQuery("limit", "1 to 1,000; 100 when left out.")
            .WithQuery("offset", "How many to pass over.")
            .WithAnswer<IReadOnlyList<NodeResponse>>($"[{Example}]")
            .WithFailures(401, 403, 422, 429);
        routes
            .MapPost("/graph/{graph_id}/nodes", CreateAsync)
            .WithSummary("Make a node")
            .WithBody<NodeRequest>("""{"name":"Alice","type":"person","aliases":["Alice Smith"]}""")
            .WithAnswer<NodeResponse>(Example)
            .WithFailures(401, 403, 413, 422, 429);
        routes
            .MapRead("/graph/{graph_id}/nodes/{node_id}", ShowAsync)
            .WithSummary("Show a node as it is now, with its edges as of a time")
            .WithMoment()
            .WithAnswer<NodeResponse>(Example)
            .WithFailures(401, 403, 404, 422, 429);
        routes
            .MapPatch("/graph/{graph_id}/nodes/{node_id}", ChangeAsync)
            .WithSummary("Change a node; a name that it had stays one that it is found by")
            .WithBody<NodeRequest>("""{"summary":"Works on search."}""")
            .WithAnswer<NodeResponse>(Example)
            .WithFailures(401, 403, 404, 413, 422, 429);
        routes
            .MapDelete("/graph/{graph_id}/nodes/{node_id}", DeleteAsync)
            .WithSummary("Retire a node, and take back the facts about it")
            .WithAnswer<DeletedResponse>(
                """{"id":"n_0198c0de4c7b7000a1b2c3d4e5f6071b","deleted":true,"success":true}"""
            )
            .WithFailures(401, 403, 404, 429);
    }

    private static async Task<JsonHttpResult<IReadOnlyList<NodeResponse>>> ListAsync(
        HttpContext http,
        GraphAccess access,
        Entities entities,
        TimeProvider time
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var query = new GraphParameters(http.Request, time);
        var (moment, limit, offset) = (query.Moment(), query.Limit(100), query.Offset());
        query.Check();
        var found = await entities.ListAsync(
            graph,
            moment.KnownAt,
            limit,
            offset,
            http.RequestAborted
        );
        return Json<IReadOnlyList<NodeResponse>>([.. found.Select(NodeResponse.From)]);
    }

    private static async Task<JsonHttpResult<NodeResponse>> CreateAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        Entities entities
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var entity = await GraphReader.ReadAsync(
            http,
            budget,
            (_, fields) => GraphReader.Entity(fields, isNew: true)
        );
        var created = await entities.CreateAsync(graph, entity, http.RequestAborted);
        return Json(NodeResponse.From(created));
    }

    private static async Task<JsonHttpResult<NodeResponse>> ShowAsync(
        HttpContext http,
        GraphAccess access,
        Entities entities,
        FactReader facts,
        TimeProvider time
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var id = GraphIds.Node(GraphDoor.Value(http, "node_id"));
        var query = new GraphParameters(http.Request, time);
        var filter = new FactFilter
        {
            Moment = query.Moment(),
            Entity = id,
            Relations = true,
            Limit = query.Limit(100),
        };
        query.Check();
        var entity = await entities.GetAsync(graph, id, http.RequestAborted);
        var edges = await facts.ListAsync(graph, filter, http.RequestAborted);
        return Json(
            NodeResponse.From(entity) with
            {
                Edges = [.. edges.Select(EdgeResponse.From)],
            }
        );
    }

    private static async Task<JsonHttpResult<NodeResponse>> ChangeAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        Entities entities
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var id = GraphIds.Node(GraphDoor.Value(http, "node_id"));
        var change = await GraphReader.ReadAsync(
            http,
            budget,
            (_, fields) => GraphReader.Entity(fields, isNew: false)
        );
        var changed = await entities.ChangeAsync(graph, id, change, http.RequestAborted);
        return Json(NodeResponse.From(changed));
    }

    private static async Task<JsonHttpResult<DeletedResponse>> DeleteAsync(
        HttpContext http,
        GraphAccess access,
        Entities entities
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var id = GraphIds.Node(GraphDoor.Value(http, "node_id"));
        await entities.RetireAsync(graph, id, http.RequestAborted);
        return Json(new DeletedResponse(GraphIds.Of(id)));
    }
}
