using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Limits;

namespace Millrace.Api.Shared.Access;

/// <summary>How a surface's clients are told of their rate limit; metadata of its endpoints.</summary>
/// <param name="Reset">When the limit is whole again, in the surface's words, given that moment and now.</param>
internal sealed record RateHeaders(
    string LimitName,
    string RemainingName,
    string ResetName,
    Func<DateTimeOffset, DateTimeOffset, string> Reset
)
{
    public static void Tell(HttpContext http, in RateLease place, TimeProvider time)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<RateHeaders>() is not { } names)
            return;
        var headers = http.Response.Headers;
        headers[names.LimitName] = Number(place.Limit);
        headers[names.RemainingName] = Number(place.Remaining);
        headers[names.ResetName] = names.Reset(place.Reset, time.GetUtcNow());
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
