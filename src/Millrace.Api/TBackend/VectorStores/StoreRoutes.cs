using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Bodies;
using Millrace.Api.TBackend.Failures;
using Millrace.Api.TBackend.Files;
using Millrace.Core.Limits;

namespace Millrace.Api.TBackend.VectorStores;

/// <summary><c>/files/vector-stores</c>: stores are made, changed and deleted. (t-backend §12.6)</summary>
internal static class StoreRoutes
{
    public const string Path = "/files/vector-stores";

    private const string Shown = """
        {"id":"vs_6f1d2c3b4a5968778695a4b3","vector_store_id":"vs_6f1d2c3b4a5968778695a4b3","name":"my-documents",
         "description":null,"created_at":1763632800,
         "file_counts":{"in_progress":0,"completed":2,"failed":0,"cancelled":0,"total":2},
         "status":"completed","usage_bytes":1843221,"metadata":{},"dedupe":false}
        """;

    public static void MapVectorStores(this IEndpointRouteBuilder routes)
    {
        var writes = routes
            .MapGroup("")
            .WithBucket(Buckets.FileWrites)
            .AddEndpointFilter<WriteOnce>();
        writes
            .MapPost(Path, CreateAsync)
            .WithSummary("Make a vector store")
            .WithBody<StoreRequest>("""{"name":"my-documents"}""")
            .WithAnswer<StoreResponse>(Shown)
            .WithFailures(401, 403, 413, 422, 429);
        routes
            .MapRead(Path, ListAsync)
            .WithSummary("List vector stores, the newest first")
            .WithQuery("limit", "At most 1000, which is the default.")
            .WithQuery("offset", "How many to pass over.")
            .WithAnswer<IReadOnlyList<StoreResponse>>($"[{Shown}]")
            .WithFailures(401, 403, 422, 429);
        routes
            .MapRead(Path + "/by-name/{**name}", ReadByNameAsync)
            .WithSummary("Show the newest vector store of a name")
            .WithAnswer<StoreResponse>(Shown)
            .WithFailures(401, 403, 404, 429);
        routes
            .MapRead(Path + "/{id}", ReadAsync)
            .WithSummary("Show a vector store")
            .WithAnswer<StoreResponse>(Shown)
            .WithFailures(401, 403, 404, 429);
        writes
            .MapMethods(Path + "/{id}", ["PATCH", "POST"], ChangeAsync)
            .WithSummary("Change a vector store")
            .WithBody<StoreRequest>("""{"description":"Papers"}""")
            .WithAnswer<StoreResponse>(Shown)
            .WithFailures(401, 403, 404, 413, 422, 429);
        writes
            .MapDelete(Path + "/{id}", DeleteAsync)
            .WithSummary("Delete a vector store; its files stay")
            .WithAnswer<StoreDeleted>(
                """{"id":"vs_6f1d2c3b4a5968778695a4b3","deleted":true,"success":true}"""
            )
            .WithFailures(401, 403, 404, 429);
        routes.MapStoreContents();
    }

    private static async Task<JsonHttpResult<StoreResponse>> CreateAsync(
        HttpContext http,
        StoreBodies bodies,
        Knowledge.Stores.VectorStores stores
    )
    {
        var fields = await bodies.StoreAsync(http, isNew: true);
        return Show(await stores.CreateAsync(http.Caller().Workspace, fields, http.RequestAborted));
    }

    private static async Task<JsonHttpResult<IReadOnlyList<StoreResponse>>> ListAsync(
        HttpContext http,
        Knowledge.Stores.VectorStores stores
    )
    {
        var page = Page.Of(http.Request);
        var found = await stores.ListAsync(
            http.Caller().Workspace,
            page.Limit,
            page.Offset,
            http.RequestAborted
        );
        return TypedResults.Json<IReadOnlyList<StoreResponse>>(
            [.. found.Select(StoreResponse.From)],
            StoresJson.Plain.Stores,
            "application/json"
        );
    }

    private static async Task<JsonHttpResult<StoreResponse>> ReadByNameAsync(
        HttpContext http,
        string? name,
        Knowledge.Stores.VectorStores stores
    ) =>
        Show(await stores.GetByNameAsync(http.Caller().Workspace, name ?? "", http.RequestAborted));

    private static async Task<JsonHttpResult<StoreResponse>> ReadAsync(
        HttpContext http,
        string id,
        Knowledge.Stores.VectorStores stores
    ) => Show(await stores.GetAsync(http.Caller().Workspace, id, http.RequestAborted));

    private static async Task<JsonHttpResult<StoreResponse>> ChangeAsync(
        HttpContext http,
        string id,
        StoreBodies bodies,
        Knowledge.Stores.VectorStores stores
    )
    {
        var workspace = http.Caller().Workspace;
        // Whether it is there comes before what is wrong with the body. (t-backend §3.3)
        await stores.GetAsync(workspace, id, http.RequestAborted);
        var fields = await bodies.StoreAsync(http, isNew: false);
        return Show(await stores.ChangeAsync(workspace, id, fields, http.RequestAborted));
    }

    private static async Task<JsonHttpResult<StoreDeleted>> DeleteAsync(
        HttpContext http,
        string id,
        Knowledge.Stores.VectorStores stores
    )
    {
        await stores.DeleteAsync(http.Caller().Workspace, id, http.RequestAborted);
        return TypedResults.Json(
            new StoreDeleted(id, Deleted: true, Success: true),
            StoresJson.Plain.StoreDeleted,
            "application/json"
        );
    }

    private static JsonHttpResult<StoreResponse> Show(Knowledge.Stores.StoreSummary summary) =>
        TypedResults.Json(
            StoreResponse.From(summary),
            StoresJson.Plain.StoreResponse,
            "application/json"
        );
}
