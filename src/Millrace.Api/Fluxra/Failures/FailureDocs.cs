using Microsoft.AspNetCore.Builder;
using Millrace.Api.Shared.Documents;

namespace Millrace.Api.Fluxra.Failures;

internal static class FailureDocs
{
    /// <summary>The errors that an operation may answer beside 429, 500 and 503, which all may.</summary>
    public static RouteHandlerBuilder WithFailures(
        this RouteHandlerBuilder route,
        params int[] statuses
    ) => route.WithFailures<ErrorResponse>([.. statuses, 429, 500, 503]);
}
