using Millrace.Core.Ids;

namespace Millrace.Core.Identity;

/// <summary>Who asks: the workspace that is opened, the subject within it, and what it may do.</summary>
public sealed record Principal
{
    public required Id<Workspace> Workspace { get; init; }

    public required Id<ApiKey> Key { get; init; }

    public required long KeyNumber { get; init; }

    public required IReadOnlySet<string> Scopes { get; init; }

    public required bool IsAdmin { get; init; }

    public required string RateClass { get; init; }

    public required string StreamDialect { get; init; }

    /// <summary>Whether the same file sent again is the one that is there; null leaves it to the installation.</summary>
    public bool? Dedupe { get; init; }

    /// <summary>Whether the key was given this right; a key without a list has all but administration.</summary>
    public bool May(string scope) => Scopes.Count == 0 || Scopes.Contains(scope);
}
