using Microsoft.AspNetCore.Builder;
using Millrace.Api.Shared.Documents;

namespace Millrace.Api.TBackend.Failures;

internal static class FailureDocs
{
    /// <summary>The errors that an operation may answer, in this surface's form.</summary>
    public static RouteHandlerBuilder WithFailures(
        this RouteHandlerBuilder route,
        params int[] statuses
    )
    {
        foreach (var status in statuses)
        {
            if (status == 422)
                route.WithFailures<HTTPValidationError>(status);
            else
                route.WithFailures<ErrorResponse>(status);
        }
        return route.WithFailures<ErrorResponse>(500);
    }
}
