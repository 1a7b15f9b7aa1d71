using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared.Failures;
using Millrace.Core.Failures;

namespace Millrace.Api.Fluxra.Failures;

/// <summary>Every failure in the contract's envelope, with its code. (fluxra §4)</summary>
internal sealed class FluxraFailures : IFailureWriter
{
    public const string Name = "fluxra";

    private static readonly PathString Root = "/api";

    public string Surface => Name;

    public bool Owns(PathString path) => IsOurs(path);

    /// <summary>What lies below <c>/api</c>, which itself is another surface's.</summary>
    public static bool IsOurs(PathString path) =>
        path.StartsWithSegments(Root, out var rest) && rest.Value is { Length: > 1 };

    public Task WriteAsync(HttpContext context, FailureReport report)
    {
        if (report.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = Challenge(context);
        // A 503 always says when to come back.
        if (report.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.TryAdd("Retry-After", "1");
        return context.Response.WriteAsJsonAsync(
            new ErrorResponse(
                new ErrorBody(Code(report), report.Message, context.TraceIdentifier)
                {
                    Details = Details(report.Failure),
                }
            ),
            FluxraFailureJson.Plain.ErrorResponse
        );
    }

    private static string Code(FailureReport report) =>
        report.Code switch
        {
            "agent_id_invalid" => "INVALID_AGENT_ID",
            "key_name_invalid" => "INVALID_KEY_NAME",
            "target_invalid" => "INVALID_TARGET",
            "credits_insufficient" => "INSUFFICIENT_CREDITS",
            "state_invalid" => "INVALID_STATE",
            _ => report.Status switch
            {
                401 => "UNAUTHORIZED",
                402 => "INSUFFICIENT_CREDITS",
                403 => "FORBIDDEN",
                404 => "NOT_FOUND",
                405 => "METHOD_NOT_ALLOWED",
                409 => "CONFLICT",
                413 => "PAYLOAD_TOO_LARGE",
                415 => "UNSUPPORTED_MEDIA_TYPE",
                429 => "RATE_LIMIT_EXCEEDED",
                503 => "SERVICE_UNAVAILABLE",
                < 500 => "INVALID_REQUEST",
                _ => "INTERNAL_ERROR",
            },
        };

    private static IReadOnlyList<FieldFault>? Details(Failure? failure) =>
        failure switch
        {
            InvalidFields invalid => invalid.Faults,
            Invalid { Parameter: { } field } invalid => [new FieldFault(field, invalid.Code)],
            NotFound { Parameter: { } field } missing => [new FieldFault(field, missing.Code)],
            _ => null,
        };

    private static string Challenge(HttpContext context)
    {
        const string Basic = "Basic realm=\"agent\"";
        const string Bearer = "Bearer";
        var accepts = context.GetEndpoint()?.Metadata.GetMetadata<RouteAccess>()?.Accepts;
        return accepts switch
        {
            null
            or Credential.Token
            or Credential.Operator
            or Credential.Token | Credential.Operator => Bearer,
            Credential.ApiKey or Credential.RecoveryKey => Basic,
            _ => $"{Bearer}, {Basic}",
        };
    }
}

/// <summary>The body of every failure.</summary>
internal sealed record ErrorResponse(ErrorBody Error);

/// <summary>What went wrong; of a request that cannot be understood, in which fields.</summary>
internal sealed record ErrorBody(string Code, string Message, string RequestId)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FieldFault>? Details { get; init; }
}

[JsonSerializable(typeof(ErrorResponse))]
internal sealed partial class FluxraFailureJson : JsonSerializerContext
{
    public static FluxraFailureJson Plain { get; } = new(FluxraJson.Options());
}
