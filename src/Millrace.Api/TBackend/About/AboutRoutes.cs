using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Failures;
using Millrace.Api.TBackend.Profiles;
using Millrace.Core.Settings;

namespace Millrace.Api.TBackend.About;

/// <summary>What the server is and what it serves. (t-backend §8.2)</summary>
internal static class AboutRoutes
{
    public static void MapAbout(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/", ReadRoot)
            .WithAccess(AccessClass.Public)
            .WithSummary("Say where to go on")
            .WithAnswer<RootResponse>(
                """{"name":"Millrace","version":"0.1.0","docs":"/docs","api":"/api","health":"/health"}"""
            )
            .WithFailures(429);
        routes
            .MapRead("/api", ReadApi)
            .WithAccess(AccessClass.Public)
            .WithSummary("List the routes and who may use them")
            .WithAnswer<ApiResponse>(
                """
                {"name":"T Backend","version":"2.0.1","docs":"/docs","openapi":"/openapi.json","profile":"superset",
                 "payments":{"enabled":false,"chain":null,"routes":[]},
                 "endpoints":[{"method":"POST","path":"/chat","access":"payable"}]}
                """
            )
            .WithFailures(429);
    }

    private static JsonHttpResult<RootResponse> ReadRoot() =>
        TypedResults.Json(
            new RootResponse("Millrace", ServerVersion.Text, "/docs", "/api", "/health"),
            AboutJson.Default.RootResponse,
            "application/json"
        );

    private static JsonHttpResult<ApiResponse> ReadApi(
        HttpContext http,
        CompatOptions compat,
        DocsOptions docs,
        EndpointDataSource endpoints
    ) =>
        TypedResults.Json(
            new ApiResponse(
                docs.Title,
                docs.Version,
                "/docs",
                "/openapi.json",
                compat.NameFor(http.Request),
                new ApiPayments(Enabled: false, Chain: null, Routes: []),
                [.. endpoints.Endpoints.SelectMany(Describe)]
            ),
            AboutJson.Default.ApiResponse,
            "application/json"
        );

    private static IEnumerable<ApiEndpoint> Describe(Endpoint endpoint)
    {
        var group = endpoint.Metadata.GetMetadata<IEndpointGroupNameMetadata>()?.EndpointGroupName;
        if (
            group != TBackendFailures.Name
            || endpoint is not RouteEndpoint { RoutePattern.RawText: { } path }
        )
            return [];
        var access = endpoint.Metadata.GetRequiredMetadata<RouteAccess>().Class;
        var methods = endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods;
        return methods
            .Where(method => !HttpMethods.IsHead(method))
            .Select(method => new ApiEndpoint(method, path, access));
    }
}

internal sealed record RootResponse(
    string Name,
    string Version,
    string Docs,
    string Api,
    string Health
);

internal sealed record ApiResponse(
    string Name,
    string Version,
    string Docs,
    string Openapi,
    string Profile,
    ApiPayments Payments,
    IReadOnlyList<ApiEndpoint> Endpoints
);

internal sealed record ApiPayments(bool Enabled, string? Chain, IReadOnlyList<string> Routes);

internal sealed record ApiEndpoint(string Method, string Path, AccessClass Access);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(WireEnum<AccessClass>)]
)]
[JsonSerializable(typeof(RootResponse))]
[JsonSerializable(typeof(ApiResponse))]
internal sealed partial class AboutJson : JsonSerializerContext;
