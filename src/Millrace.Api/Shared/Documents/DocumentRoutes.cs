using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using NotFound = Millrace.Core.Failures.NotFound;

namespace Millrace.Api.Shared.Documents;

/// <summary>The OpenAPI documents, and the pages that show them. Everything is served from here. (t-backend §8.3)</summary>
internal static class DocumentRoutes
{
    // Scripts come from this server alone; redoc searches in a worker that it makes from a blob.
    private const string ContentPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="first">The surface whose document is also <c>/openapi.json</c>.</param>
    public static void MapDocuments(this IEndpointRouteBuilder app, string first)
    {
        var routes = app.MapGroup("").ExcludeFromDescription();
        var built = new ConcurrentDictionary<string, Lazy<Task<byte[]>>>(StringComparer.Ordinal);
        routes.MapRead("/openapi.json", (HttpContext http) => DocumentAsync(http, first, built));
        routes.MapRead(
            "/openapi/{surface}.json",
            (HttpContext http, string surface) => DocumentAsync(http, surface, built)
        );
        routes.MapRead("/docs", (HttpContext http) => Page(http, DocumentPages.Explorer));
        routes.MapRead("/redoc", (HttpContext http) => Page(http, DocumentPages.Reference));
        routes.MapRead(
            "/docs/explorer.js",
            (IEnumerable<SurfaceDocument> surfaces) =>
                TypedResults.Text(DocumentPages.ExplorerScript(surfaces, first), "text/javascript")
        );
        routes.MapRead("/docs/assets/{name}", Asset);
    }

    private static async Task<FileContentHttpResult> DocumentAsync(
        HttpContext http,
        string surface,
        ConcurrentDictionary<string, Lazy<Task<byte[]>>> built
    )
    {
        var provider =
            http.RequestServices.GetKeyedService<IOpenApiDocumentProvider>(surface)
            ?? throw new NotFound("document_not_found", "Not Found");
        // Routes do not change while the server runs, so each document is made once.
        var document = built.GetOrAdd(surface, _ => new(() => BuildAsync(provider)));
        return TypedResults.Bytes(await document.Value, "application/json");
    }

    private static async Task<byte[]> BuildAsync(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync();
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        return stream.ToArray();
    }

    private static ContentHttpResult Page(HttpContext http, string html)
    {
        http.Response.Headers.ContentSecurityPolicy = ContentPolicy;
        return TypedResults.Content(
            DocumentAssets.AreThere ? html : DocumentPages.Missing,
            "text/html; charset=utf-8"
        );
    }

    private static IResult Asset(string name)
    {
        if (DocumentAssets.Find(name) is not { } file)
            throw new NotFound("asset_not_found", "Not Found");
        return name == DocumentAssets.Reference
            ? TypedResults.Bytes(DocumentAssets.ReferenceScript, file.Type)
            : TypedResults.PhysicalFile(file.Path, file.Type);
    }
}
