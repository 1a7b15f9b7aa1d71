using Microsoft.AspNetCore.Http;
using Millrace.Core.Failures;

namespace Millrace.Api.Shared.Failures;

/// <summary>
/// Tells of a failure in one surface's envelope. The endpoint's group name chooses the writer; where no endpoint
/// matched, the first writer that owns the path does, in the order of registration.
/// </summary>
internal interface IFailureWriter
{
    /// <summary>The surface's name: the group name of its endpoints and the name of its OpenAPI document.</summary>
    string Surface { get; }

    /// <summary>Whether a path that no endpoint serves belongs to this surface.</summary>
    bool Owns(PathString path);

    /// <summary>Writes the body, and headers beyond those that every surface gets. Status and Retry-After are set.</summary>
    Task WriteAsync(HttpContext context, FailureReport report);
}

/// <summary>What went wrong, ready to be told.</summary>
/// <param name="Code">A stable snake_case word.</param>
/// <param name="Message">For people; holds nothing of the server's inside.</param>
/// <param name="Failure">Null when the framework or a fault of ours ended the request.</param>
internal sealed record FailureReport(int Status, string Code, string Message, Failure? Failure)
{
    /// <summary>For an answer that the framework ended with nothing but a status.</summary>
    public static FailureReport OfStatus(int status) =>
        status switch
        {
            404 => new(404, "not_found", "Not Found", null),
            405 => new(405, "method_not_allowed", "Method Not Allowed", null),
            408 => new(408, "timed_out", "The request came too slowly.", null),
            413 => new(413, "too_large", "The request is too large.", null),
            415 => new(415, "unsupported_type", "The content type is not supported.", null),
            431 => new(431, "headers_too_large", "The request's headers are too large.", null),
            < 500 => new(status, "bad_request", "The request cannot be read.", null),
            _ => new(
                status,
                "internal_error",
                "Something failed inside the server. Its log tells of it under this request's id.",
                null
            ),
        };
}
