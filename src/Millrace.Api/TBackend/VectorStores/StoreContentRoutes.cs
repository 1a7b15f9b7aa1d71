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
using Millrace.Knowledge.Search;
using Millrace.Knowledge.Stores;

namespace Millrace.Api.TBackend.VectorStores;

/// <summary>What is in a vector store: files are put in, taken out, and searched. (t-backend §12.6)</summary>
internal static class StoreContentRoutes
{
    private const string Files = StoreRoutes.Path + "/{id}/files";

    private const string Shown = """
        {"file_id":"ae85daf556367699","filename":"whitepaper.pdf","added_at":"2025-11-20T10:00:00Z",
         "vector_store_id":"vs_6f1d2c3b4a5968778695a4b3","id":"ae85daf556367699","status":"completed","progress":100,
         "chunks":42,"size":1024000,"content_type":"application/pdf","last_error":null}
        """;

    public static void MapStoreContents(this IEndpointRouteBuilder routes)
    {
        var writes = routes
            .MapGroup("")
            .WithBucket(Buckets.FileWrites)
            .AddEndpointFilter<WriteOnce>();
        writes
            .MapPost(Files, AttachAsync)
            .WithSummary("Add a file to a vector store")
            .WithDescription(
                "Waits up to 10 seconds for the file to be read, and then answers `in_progress`. With `dedupe`, of the request, the store, the key or the installation, the entry of a file with the same content that the store has already is the answer, `deduplicated`; `force` reads the file again."
            )
            .WithBody<StoreFileRequest>("""{"file_id":"ae85daf556367699"}""")
            .WithAnswer<StoreFileResponse>(Shown)
            .WithFailures(401, 403, 404, 413, 422, 429);
        routes
            .MapRead(Files, ListAsync)
            .WithSummary("List the files of a vector store, the newest first")
            .WithQuery("limit", "At most 1000, which is the default.")
            .WithQuery("offset", "How many to pass over.")
            .WithAnswer<IReadOnlyList<StoreFileResponse>>($"[{Shown}]")
            .WithFailures(401, 403, 404, 422, 429);
        writes
            .MapDelete(Files + "/{file_id}", DetachAsync)
            .WithSummary("Take a file out of a vector store")
            .WithAnswer<StoreFileDeleted>("""{"file_id":"ae85daf556367699","deleted":true}""")
            .WithFailures(401, 403, 404, 429);
        routes
            .MapPost(StoreRoutes.Path + "/{id}/search", SearchAsync)
            .WithSummary("Search a vector store by words and meaning")
            .WithBody<SearchRequest>("""{"query":"token supply","top_k":8}""")
            .WithAnswer<SearchResponse>(
                """
                {"query":"token supply","results":[{"file_id":"ae85daf556367699","filename":"whitepaper.pdf","score":0.82,
                 "text":"The supply of tokens is fixed.","chunk_index":3,"page":2,"start":1810,"end":1840,"metadata":{},
                 "snippet":"The supply of tokens is fixed.","highlights":[[4,10],[14,20]]}]}
                """
            )
            .WithFailures(401, 403, 404, 413, 422, 429);
    }

    private static async Task<JsonHttpResult<StoreFileResponse>> AttachAsync(
        HttpContext http,
        string id,
        StoreBodies bodies,
        Knowledge.Stores.VectorStores stores,
        StoreContents contents
    )
    {
        var workspace = http.Caller().Workspace;
        // Whether the store is there comes before what is wrong with the body. (t-backend §3.3)
        await stores.GetAsync(workspace, id, http.RequestAborted);
        var (file, dedupe) = await bodies.FileAsync(http);
        var added = await contents.AttachAsync(workspace, id, file, dedupe, http.RequestAborted);
        return TypedResults.Json(
            StoreFileResponse.From(added.Entry, id) with
            {
                Deduplicated = added.Deduplicated,
            },
            StoresJson.Plain.StoreFileResponse,
            "application/json"
        );
    }

    private static async Task<JsonHttpResult<IReadOnlyList<StoreFileResponse>>> ListAsync(
        HttpContext http,
        string id,
        StoreContents contents
    )
    {
        var page = Page.Of(http.Request);
        var entries = await contents.ListAsync(
            http.Caller().Workspace,
            id,
            page.Limit,
            page.Offset,
            http.RequestAborted
        );
        return TypedResults.Json<IReadOnlyList<StoreFileResponse>>(
            [.. entries.Select(entry => StoreFileResponse.From(entry, id))],
            StoresJson.Plain.StoreFiles,
            "application/json"
        );
    }

    private static async Task<JsonHttpResult<StoreFileDeleted>> DetachAsync(
        HttpContext http,
        string id,
        string file_id,
        StoreContents contents
    )
    {
        await contents.DetachAsync(http.Caller().Workspace, id, file_id, http.RequestAborted);
        return TypedResults.Json(
            new StoreFileDeleted(file_id, Deleted: true),
            StoresJson.Plain.StoreFileDeleted,
            "application/json"
        );
    }

    private static async Task<JsonHttpResult<SearchResponse>> SearchAsync(
        HttpContext http,
        string id,
        StoreBodies bodies,
        Knowledge.Stores.VectorStores stores,
        DocumentSearch search
    )
    {
        var workspace = http.Caller().Workspace;
        var store = (await stores.GetAsync(workspace, id, http.RequestAborted)).Store;
        var wish = await bodies.SearchAsync(http);
        var found = await search.SearchAsync(
            new DocumentQuery(workspace, wish.Query)
            {
                Stores = [store.Id],
                Most = wish.Most,
                MinScore = wish.MinScore,
                Filters = wish.Filters,
            },
            http.RequestAborted
        );
        return TypedResults.Json(
            new SearchResponse(wish.Query, [.. found.Select(SearchResult.From)]),
            StoresJson.Plain.SearchResponse,
            "application/json"
        );
    }
}
