using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Millrace.Api.Shared.Documents;

/// <summary>An example of what goes in or comes out of an operation.</summary>
internal sealed record Example(JsonNode Value, bool IsRequest);

/// <summary>A query parameter that is read by hand.</summary>
internal sealed record QueryParameter(string Name, string Description, string[] Values);

/// <summary>Says what an operation takes and gives, beside the route that does it.</summary>
internal static class OperationDocs
{
    /// <summary>The routing's word for any content type: bodies are read as JSON whatever they are called. (t-backend §2)</summary>
    public const string AnyType = "*/*";

    /// <summary>The shape of the body, and an example that works.</summary>
    public static RouteHandlerBuilder WithBody<T>(this RouteHandlerBuilder route, string example)
        where T : notnull =>
        route
            .Accepts<T>("application/json", AnyType)
            .WithMetadata(new Example(JsonNode.Parse(example)!, IsRequest: true));

    /// <summary>The shape of a success, and an example.</summary>
    public static RouteHandlerBuilder WithAnswer<T>(
        this RouteHandlerBuilder route,
        string example,
        int status = StatusCodes.Status200OK
    ) =>
        route
            .Produces<T>(status, "application/json")
            .WithMetadata(new Example(JsonNode.Parse(example)!, IsRequest: false));

    public static RouteHandlerBuilder WithQuery(
        this RouteHandlerBuilder route,
        string name,
        string description,
        params string[] values
    ) => route.WithMetadata(new QueryParameter(name, description, values));

    /// <summary>The errors that the operation may answer, in the shape <typeparamref name="T"/>.</summary>
    public static RouteHandlerBuilder WithFailures<T>(
        this RouteHandlerBuilder route,
        params int[] statuses
    )
    {
        foreach (var status in statuses)
            route.Produces<T>(status, "application/json");
        return route;
    }
}
