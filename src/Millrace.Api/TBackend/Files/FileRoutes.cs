using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Bodies;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Limits;
using Millrace.Knowledge.Files;

namespace Millrace.Api.TBackend.Files;

/// <summary><c>/files</c>: files are taken in, shown and deleted. (t-backend §12.1–12.5)</summary>
internal static class FileRoutes
{
    private const string Uploaded = """
        {"file_id":"ae85daf556367699","filename":"whitepaper.pdf","size":1024000,"content_type":"application/pdf",
         "created_at":1763632800,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         "deduplicated":false,"status":"uploaded"}
        """;

    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var writes = routes
            .MapGroup("")
            .WithBucket(Buckets.FileWrites)
            .AddEndpointFilter<WriteOnce>();
        routes
            .MapPost("/files/upload", UploadAsync)
            .WithBucket(Buckets.FileWrites)
            .WithSummary("Upload a file")
            .WithDescription(
                "`multipart/form-data` with the field `file`, up to 25 MB; beside it `filename`, `vector_store_id`, `purpose`, `metadata` (JSON text), `dedupe`, `document_id` and `force`, in the form or the query."
            )
            .WithAnswer<FileUploadResponse>(Uploaded)
            .WithFailures(401, 403, 404, 413, 422, 429);
        writes
            .MapPost("/files/upload-url", FetchAsync)
            .WithSummary("Fetch a file from an address")
            .WithQuery("url", "The address; it may stand in the body instead.")
            .WithBody<FileUrlRequest>("""{"url":"https://example.com/whitepaper.pdf"}""")
            .WithAnswer<FileUploadResponse>(Uploaded)
            .WithFailures(400, 401, 403, 404, 408, 413, 422, 429, 501);
        routes
            .MapRead("/files", ListAsync)
            .WithSummary("List files, the newest first")
            .WithQuery("limit", "At most 1000, which is the default.")
            .WithQuery("offset", "How many to pass over.")
            .WithAnswer<FileList>("""{"files":[]}""")
            .WithFailures(401, 403, 422, 429);
        routes
            .MapRead("/files/{file_id}", ReadAsync)
            .WithSummary("Show a file")
            .WithAnswer<FileResponse>(
                """
                {"file_id":"ae85daf556367699","filename":"whitepaper.pdf","size":1024000,"content_type":"application/pdf",
                 "created_at":1763632800,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                 "document_id":null,"purpose":null,"metadata":{},"status":"uploaded"}
                """
            )
            .WithFailures(401, 403, 404, 429);
        routes
            .MapRead("/files/{file_id}/content", ContentAsync)
            .WithSummary("Give a file's bytes")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream")
            .WithFailures(401, 403, 404, 429);
        writes
            .MapDelete("/files/{file_id}", DeleteAsync)
            .WithSummary("Delete a file, from all stores too")
            .WithAnswer<FileDeleted>(
                """{"id":"ae85daf556367699","file_id":"ae85daf556367699","deleted":true}"""
            )
            .WithFailures(401, 403, 404, 429);
    }

    private static async Task UploadAsync(
        HttpContext http,
        UploadReader reader,
        FileLibrary files,
        WriteOnce once
    )
    {
        using var upload = await reader.ReadAsync(http);
        await once.RunAsync(
            http,
            upload.Hash,
            upload.About.Dedupe.Force,
            async () =>
            {
                var added = await files.AddAsync(
                    upload.Received,
                    upload.About,
                    http.RequestAborted
                );
                await Uploaded200(added).ExecuteAsync(http);
            }
        );
    }

    private static async Task<JsonHttpResult<FileUploadResponse>> FetchAsync(
        HttpContext http,
        FileUrlReader reader,
        FileFetch fetch,
        FileLibrary files,
        Knowledge.Stores.VectorStores stores
    )
    {
        var (address, fields) = await reader.ReadAsync(http);
        // What is wrong with the rest is told before anything is fetched.
        var wish = fields.Read(name: null, "download", contentType: null, http.Request);
        if (wish.StoreId is { } store)
            await stores.GetAsync(http.Caller().Workspace, store, http.RequestAborted);
        var fetched = await fetch.FetchAsync(http.Caller().Workspace, address, http.RequestAborted);
        using var received = fetched.Received;
        var about = fields.Read(fetched.Name, "download", fetched.ContentType, http.Request);
        return Uploaded200(await files.AddAsync(received, about, http.RequestAborted));
    }

    private static async Task<JsonHttpResult<FileList>> ListAsync(
        HttpContext http,
        FileLibrary files
    )
    {
        var page = Page.Of(http.Request);
        var found = await files.ListAsync(
            http.Caller().Workspace,
            page.Limit,
            page.Offset,
            http.RequestAborted
        );
        return TypedResults.Json(
            new FileList([.. found.Select(FileResponse.From)]),
            FilesJson.Plain.FileList,
            "application/json"
        );
    }

    private static async Task<JsonHttpResult<FileResponse>> ReadAsync(
        HttpContext http,
        string file_id,
        FileLibrary files
    ) =>
        TypedResults.Json(
            FileResponse.From(
                await files.GetAsync(http.Caller().Workspace, file_id, http.RequestAborted)
            ),
            FilesJson.Plain.FileResponse,
            "application/json"
        );

    private static async Task<FileStreamHttpResult> ContentAsync(
        HttpContext http,
        string file_id,
        FileLibrary files
    )
    {
        var file = await files.GetAsync(http.Caller().Workspace, file_id, http.RequestAborted);
        // Somebody else wrote it: no browser is to take it for a page of this server's.
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "sandbox";
        return TypedResults.Stream(
            files.Open(file),
            file.ContentType,
            file.Name,
            file.CreatedAt,
            new EntityTagHeaderValue($"\"{file.Sha256}\""),
            enableRangeProcessing: true
        );
    }

    private static async Task<JsonHttpResult<FileDeleted>> DeleteAsync(
        HttpContext http,
        string file_id,
        FileLibrary files
    )
    {
        await files.DeleteAsync(http.Caller().Workspace, file_id, http.RequestAborted);
        return TypedResults.Json(
            new FileDeleted(file_id, file_id, Deleted: true),
            FilesJson.Plain.FileDeleted,
            "application/json"
        );
    }

    private static JsonHttpResult<FileUploadResponse> Uploaded200(AddedFile added) =>
        TypedResults.Json(
            FileUploadResponse.From(added),
            FilesJson.Plain.FileUploadResponse,
            "application/json"
        );
}
