using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Core.Idempotency;

/// <summary>A request that carries an idempotency key.</summary>
public sealed record IdempotentRequest
{
    public required Id<Workspace> Workspace { get; init; }

    /// <summary>Within what the key is unique: at least the surface, usually the caller and the route as well.</summary>
    public required string Scope { get; init; }

    public required string Key { get; init; }

    /// <summary>What makes it the same request: see <see cref="RequestHash"/>.</summary>
    public required byte[] BodyHash { get; init; }

    /// <summary>How long its answer is kept, from when it is there.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Which answers are kept, by status; after any other the key is free again.</summary>
    public Func<int, bool> Keeps { get; init; } = status => status is >= 200 and < 300;
}

/// <summary>An answer as it is given again.</summary>
/// <param name="Body">Null when it was too large to hold.</param>
public sealed record StoredAnswer(
    int Status,
    IReadOnlyDictionary<string, string> Headers,
    ReadOnlyMemory<byte>? Body
)
{
    /// <summary>Bytes of body that are kept; of a larger answer it is only remembered that it was given.</summary>
    public const int LargestBody = 1024 * 1024;

    /// <summary>What it tells of, by which <see cref="IdempotencyService.RewriteAsync"/> finds it while it is kept.</summary>
    public string? Subject { get; init; }
}

/// <summary>The answer to an idempotent request: null when it ran just now and what it answered is not kept.</summary>
public sealed record IdempotentOutcome(StoredAnswer? Answer, bool IsReplay);
