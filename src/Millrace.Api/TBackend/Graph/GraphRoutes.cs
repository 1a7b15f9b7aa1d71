using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Bodies;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Limits;
using Millrace.Knowledge.Graph;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Graphs themselves: listed, made, changed, shared and removed. (t-backend §14.2)</summary>
internal static class GraphRoutes
{
    private const string Example = """
        {"id":"g_0198c0de4c7b7000a1b2c3d4e5f60718","name":"default","description":"","role":"owner","is_default":true,
         "dedupe":false,"fact_count":2,"node_count":3,"edge_count":2,"created_at":"2026-06-24T21:50:43Z",
         "updated_at":"2026-06-24T21:50:43Z"}
        """;

    private static readonly string[] Roles = ["reader", "writer", "none"];

    public static void MapGraph(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/graph/accessible", ListAsync)
            .WithSummary("List the graphs that the key may read, the default one first")
            .WithAnswer<GraphsResponse>($$"""{"graphs":[{{Example}}]}""")
            .WithFailures(401, 403, 429);
        routes
            .MapPost("/graph", CreateAsync)
            .WithSummary("Make a graph")
            .WithBody<GraphRequest>("""{"name":"research","description":"Who works where"}""")
            .WithAnswer<GraphResponse>(Example)
            .WithFailures(401, 403, 409, 413, 422, 429);
        routes
            .MapRead("/graph/{graph_id}", ShowAsync)
            .WithSummary("Show a graph")
            .WithAnswer<GraphResponse>(Example)
            .WithFailures(401, 403, 429);
        routes
            .MapPatch("/graph/{graph_id}", ChangeAsync)
            .WithSummary("Change a graph's name, description, or whether it writes the same twice")
            .WithBody<GraphRequest>("""{"name":"research","dedupe":true}""")
            .WithAnswer<GraphResponse>(Example)
            .WithFailures(401, 403, 413, 422, 429);
        routes
            .MapDelete("/graph/{graph_id}", DeleteAsync)
            .WithSummary("Remove a graph for good; of the default one what is in it, and not what is written to it afterwards")
            .WithAnswer<DeletedResponse>(
                """{"id":"g_0198c0de4c7b7000a1b2c3d4e5f60718","deleted":true,"success":true}"""
            )
            .WithFailures(401, 403, 429);
        routes
            .MapPost("/graph/{graph_id}/share", ShareAsync)
            .WithSummary("Give another key or owner a role in a graph, or take it away")
            .WithBody<ShareRequest>("""{"key_id":2,"role":"reader"}""")
            .WithAnswer<SharesResponse>(
                """
                {"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
                 "shares":[{"grantee":"key:2","role":"reader","created_at":"2026-06-24T21:50:43Z"}]}
                """
            )
            .WithFailures(401, 403, 409, 413, 422, 429);
        routes.MapFacts();
        routes.MapNodes();
        routes.MapEdges();
        routes.MapGraphSearch();
        routes.MapGraphSessions();
        routes.MapConsolidation();
        routes.MapUpkeep();
    }

    private static async Task<JsonHttpResult<GraphsResponse>> ListAsync(
        HttpContext http,
        GraphAccess access
    )
    {
        var graphs = await access.ListAsync(http.Caller(), http.RequestAborted);
        return Json(new GraphsResponse([.. graphs.Select(GraphResponse.From)]));
    }

    private static async Task<JsonHttpResult<GraphResponse>> CreateAsync(
        HttpContext http,
        BodyBudget budget,
        Graphs graphs,
        GraphAccess access
    )
    {
        var (name, description) = await GraphReader.ReadAsync(
            http,
            budget,
            (_, fields) =>
                (fields.RequiredText("name", GraphReader.LongestName), Description(fields))
        );
        var caller = http.Caller();
        var id = await graphs.CreateAsync(caller, name, description ?? "", http.RequestAborted);
        return Json(GraphResponse.From(await access.ShowAsync(caller, id, http.RequestAborted)));
    }

    private static async Task<JsonHttpResult<GraphResponse>> ShowAsync(
        HttpContext http,
        GraphAccess access
    )
    {
        var id = GraphIds.Graph(GraphDoor.Value(http, "graph_id"));
        return Json(
            GraphResponse.From(await access.ShowAsync(http.Caller(), id, http.RequestAborted))
        );
    }

    private static async Task<JsonHttpResult<GraphResponse>> ChangeAsync(
        HttpContext http,
        BodyBudget budget,
        Graphs graphs,
        GraphAccess access
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Owner);
        var (name, description, dedupe) = await GraphReader.ReadAsync(
            http,
            budget,
            (_, fields) =>
                (
                    fields.Text("name", GraphReader.LongestName),
                    Description(fields),
                    fields.Flag("dedupe")
                )
        );
        await graphs.ChangeAsync(graph, name, description, dedupe, http.RequestAborted);
        return await ShowAsync(http, access);
    }

    private static async Task<JsonHttpResult<DeletedResponse>> DeleteAsync(
        HttpContext http,
        Graphs graphs,
        GraphAccess access
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Owner);
        await graphs.DeleteAsync(http.Caller(), graph, http.RequestAborted);
        return Json(new DeletedResponse(GraphIds.Of(graph.Id)));
    }

    private static async Task<JsonHttpResult<SharesResponse>> ShareAsync(
        HttpContext http,
        BodyBudget budget,
        Graphs graphs,
        GraphAccess access
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Owner);
        var (grantee, role) = await GraphReader.ReadAsync(http, budget, ReadShare);
        await graphs.ShareAsync(graph, grantee, role, http.RequestAborted);
        var shares = await graphs.SharesAsync(graph, http.RequestAborted);
        return Json(
            new SharesResponse(
                GraphIds.Of(graph.Id),
                [
                    .. shares.Select(share => new ShareResponse(
                        share.Grantee,
                        GraphResponse.RoleOf(share.Role),
                        share.CreatedAt.UtcDateTime
                    )),
                ]
            )
        );
    }

    private static (string Grantee, GraphRole? Role) ReadShare(JsonBody body, Fields fields)
    {
        var key = fields.Integer("key_id", 1, int.MaxValue);
        var owner = fields.Text("owner", GraphReader.LongestName);
        var word = fields.RequiredText("role", GraphReader.LongestName);
        if (word.Length > 0 && !Roles.Contains(word, StringComparer.Ordinal))
            fields.Wrong(
                "role",
                body.Find("role"),
                "literal_error",
                $"Input should be {Choices.Sentence(Roles)}"
            );
        if (!body.Has("key_id") && !body.Has("owner"))
            fields.RequiredText("key_id", GraphReader.LongestName);
        GraphRole? role = word switch
        {
            "writer" => GraphRole.Writer,
            "reader" => GraphRole.Reader,
            _ => null,
        };
        return (key is { } number ? Grantee.OfKey(number) : Grantee.OfOwner(owner ?? ""), role);
    }

    private static string? Description(Fields fields) =>
        fields.Text("description", 4_000, shortest: 0);

    internal static JsonHttpResult<T> Json<T>(T value) =>
        TypedResults.Json(value, GraphJson.Default, contentType: "application/json");
}
