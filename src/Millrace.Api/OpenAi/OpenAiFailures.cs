using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Failures;
using Millrace.Api.Shared.Streams;
using Millrace.Core.Failures;
using Millrace.Models.OpenAi;

namespace Millrace.Api.OpenAi;

/// <summary>Failures under <c>error</c>, with a type by status and a code by cause.</summary>
internal sealed class OpenAiFailures : IFailureWriter
{
    public string Surface => OpenAiSurface.Name;

    public bool Owns(PathString path) => path.StartsWithSegments("/v1", StringComparison.Ordinal);

    public Task WriteAsync(HttpContext context, FailureReport report) =>
        context.Response.WriteAsJsonAsync(
            Envelope(report),
            OpenAiJson.Plain.ErrorEnvelope,
            "application/json"
        );

    /// <summary>In a stream an error is an event like any other, and the last one.</summary>
    public static ValueTask BreakOffAsync(
        HttpResponse response,
        Failure failure,
        CancellationToken cancellation
    ) =>
        new SseWriter(response).JsonAsync(
            Envelope(FailureStatus.Report(failure)),
            OpenAiJson.Plain.ErrorEnvelope,
            cancellation
        );

    private static ErrorEnvelope Envelope(FailureReport report) =>
        new(
            new ErrorBody
            {
                Message = Message(report),
                Type = TypeOf(report.Status),
                Param = (report.Failure as Invalid)?.Parameter,
                Code = CodeOf(report.Code),
            }
        );

    private static string Message(FailureReport report) =>
        report.Code == "key_missing"
            ? "The request has no API key. Send it as Authorization: Bearer."
            : report.Message;

    private static string TypeOf(int status) =>
        status switch
        {
            401 => "authentication_error",
            403 => "permission_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };

    /// <summary>The words that clients of this form look for.</summary>
    private static string CodeOf(string code) =>
        code switch
        {
            "key_missing" or "key_unknown" or "key_inactive" or "key_expired" => "invalid_api_key",
            "rate_limited" => "rate_limit_exceeded",
            _ => code,
        };
}
