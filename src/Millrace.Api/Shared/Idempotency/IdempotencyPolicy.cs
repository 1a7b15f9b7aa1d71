using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Api.Shared.Idempotency;

/// <summary>
/// What a surface's contract says of repeated requests. Put on an endpoint as metadata; never on one whose answer holds
/// a secret.
/// </summary>
internal sealed record IdempotencyPolicy
{
    /// <summary>The header that carries the key.</summary>
    public required string Header { get; init; }

    /// <summary>A longer key is cut.</summary>
    public int LongestKey { get; init; } = 128;

    /// <summary>Whose request it is and within what its key is unique; null when it is not to be made idempotent.</summary>
    public required Func<HttpContext, IdempotencyScope?> Scope { get; init; }

    /// <summary>How long an answer is kept, from when it was given.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Which answers are kept, by status.</summary>
    public Func<int, bool> Keeps { get; init; } = status => status is >= 200 and < 300;

    /// <summary>Headers of the answer that are given again.</summary>
    public IReadOnlyList<string> Headers { get; init; } = ["Content-Type", "Location"];

    /// <summary>The most bytes of a request; more are refused as the endpoint would refuse them.</summary>
    public required int LargestRequest { get; init; }
}

internal sealed record IdempotencyScope(Id<Workspace> Workspace, string Name);
