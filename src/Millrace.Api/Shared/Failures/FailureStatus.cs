using Microsoft.AspNetCore.Http;
using Millrace.Core.Failures;
using Millrace.Core.Storage;

namespace Millrace.Api.Shared.Failures;

/// <summary>The status of each kind of failure, the same on every surface.</summary>
internal static class FailureStatus
{
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(5);

    public static FailureReport Report(Exception exception) =>
        exception switch
        {
            Failure failure => Report(failure),
            BadHttpRequestException refused => FailureReport.OfStatus(refused.StatusCode),
            _ when StorageFault.IsUnavailable(exception) => Report(
                new Unavailable(
                    "storage_unavailable",
                    "The database cannot serve at the moment. Try again later.",
                    ComeBackAfter,
                    exception
                )
            ),
            _ => FailureReport.OfStatus(500),
        };

    private static FailureReport Report(Failure failure) =>
        new(Of(failure), failure.Code, failure.Message, failure);

    private static int Of(Failure failure) =>
        failure switch
        {
            SurfaceFailure own => own.Status,
            Invalid => 400,
            Unauthenticated => 401,
            PaymentRequired => 402,
            Forbidden => 403,
            NotFound => 404,
            TimedOut => 408,
            Conflict => 409,
            TooLarge => 413,
            UnsupportedType => 415,
            Limited => 429,
            NotConfigured => 501,
            Unavailable => 503,
            _ => 500,
        };
}
