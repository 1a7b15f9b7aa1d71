using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Failures;
using Millrace.Api.TBackend.Bodies;

namespace Millrace.Api.TBackend.Failures;

/// <summary>Failures under <c>detail</c>: a string, or a list where the request does not match its schema. (t-backend §6)</summary>
internal sealed class TBackendFailures : IFailureWriter
{
    public const string Name = "tbackend";

    public string Surface => Name;

    public bool Owns(PathString path) => true;

    public Task WriteAsync(HttpContext context, FailureReport report) =>
        report.Failure is Unprocessable unprocessable
            ? context.Response.WriteAsJsonAsync(
                new HTTPValidationError(unprocessable.Errors, report.Code, context.TraceIdentifier),
                FailureJson.Default.HTTPValidationError,
                "application/json"
            )
            : context.Response.WriteAsJsonAsync(
                new ErrorResponse(Detail(report), report.Code, context.TraceIdentifier),
                FailureJson.Default.ErrorResponse,
                "application/json"
            );

    // The texts that clients search for. (t-backend §3.4, §5)
    private static string Detail(FailureReport report) =>
        report.Code switch
        {
            "key_missing" => "Missing API Key",
            "key_unknown" => "Invalid API Key",
            "key_inactive" => "API Key is inactive",
            "key_expired" => "API Key has expired",
            "rate_limited" => "Rate limit exceeded",
            _ => report.Message,
        };
}

/// <summary>The body of an error. Clients may rely on <c>detail</c> alone.</summary>
internal sealed record ErrorResponse(string Detail, string Code, string RequestId);

/// <summary>The body of a 422.</summary>
internal sealed record HTTPValidationError(
    IReadOnlyList<ValidationError> Detail,
    string Code,
    string RequestId
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never
)]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(HTTPValidationError))]
internal sealed partial class FailureJson : JsonSerializerContext;
