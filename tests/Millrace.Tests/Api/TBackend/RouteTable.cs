using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend;

/// <summary>A method of a route that the server has, whether or not a test's author knew of it.</summary>
/// <param name="Pattern">As it is mapped: <c>/files/{file_id}</c>.</param>
internal sealed record MappedRoute(string Method, string Pattern)
{
    /// <summary>The path with something in each place.</summary>
    public string Path(Func<string, string> value) =>
        string.Join(
            '/',
            Pattern
                .Split('/')
                .Select(part => part is ['{', ..] ? value(part.Trim('{', '}', '*')) : part)
        );

    public override string ToString() => $"{Method} {Pattern}";
}

internal static class RouteTable
{
    /// <summary>All routes of a surface, as routing has them.</summary>
    public static IReadOnlyList<MappedRoute> Routes(
        this TestServer server,
        string surface = "tbackend"
    ) =>
        [
            .. from endpoint in server
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
            where
                endpoint.Metadata.GetMetadata<IEndpointGroupNameMetadata>()?.EndpointGroupName
                == surface
            from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
            select new MappedRoute(method, endpoint.RoutePattern.RawText!),
        ];
}
