using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Millrace.Api.Shared;

/// <summary>
/// Where a surface differs from the others before a route is chosen. Paths that no rules own have the t-backend's:
/// pages of any origin, request ids of its form.
/// </summary>
/// <param name="Owns">Which paths are the surface's.</param>
/// <param name="Origins">The origins whose pages may call; none means no CORS headers at all.</param>
/// <param name="LongestRequestId">A longer <c>X-Request-Id</c> is replaced.</param>
/// <param name="RequestIdLetters">One with other letters, too.</param>
internal sealed record SurfaceRules(
    Func<PathString, bool> Owns,
    IReadOnlySet<string> Origins,
    int LongestRequestId,
    SearchValues<char> RequestIdLetters
)
{
    /// <summary>The rules that own a path; null for those of all.</summary>
    public static SurfaceRules? Find(SurfaceRules[] all, PathString path) =>
        Array.Find(all, rules => rules.Owns(path));
}
