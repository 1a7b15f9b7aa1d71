using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Failures;
using Millrace.Api.Shared.Streams;
using Millrace.Core.Failures;
using Millrace.Models.Anthropic;

namespace Millrace.Api.Anthropic;

/// <summary>Failures as <c>{"type":"error","error":{…}}</c>, with a type by status.</summary>
internal sealed class AnthropicFailures : IFailureWriter
{
    public string Surface => AnthropicSurface.Name;

    public bool Owns(PathString path) =>
        path.StartsWithSegments("/v1/messages", StringComparison.Ordinal);

    public Task WriteAsync(HttpContext context, FailureReport report) =>
        context.Response.WriteAsJsonAsync(
            new MessageErrorEnvelope(Error(report), context.TraceIdentifier),
            AnthropicJson.Plain.MessageErrorEnvelope,
            "application/json"
        );

    /// <summary>In a stream an error is an event of its own, and the last one.</summary>
    public static ValueTask BreakOffAsync(
        HttpResponse response,
        Failure failure,
        CancellationToken cancellation
    ) =>
        new SseWriter(response).JsonAsync(
            new MessageErrorEnvelope(Error(FailureStatus.Report(failure))),
            AnthropicJson.Plain.MessageErrorEnvelope,
            cancellation,
            "error"
        );

    private static MessageError Error(FailureReport report) =>
        new(TypeOf(report.Status), Message(report));

    private static string Message(FailureReport report) =>
        report.Code == "key_missing"
            ? "The request has no API key. Send it in the x-api-key header."
            : report.Message;

    private static string TypeOf(int status) =>
        status switch
        {
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            408 or 504 => "timeout_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 => "overloaded_error",
            >= 500 => "api_error",
            _ => "invalid_request_error",
        };
}
