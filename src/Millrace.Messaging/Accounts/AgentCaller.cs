using Millrace.Core.Ids;

namespace Millrace.Messaging.Accounts;

/// <summary>The agent that asks, and by what it is known.</summary>
public sealed record AgentCaller
{
    public required Id<AgentAccount> Account { get; init; }

    /// <summary>The account's id as clients know it.</summary>
    public required string AgentId { get; init; }

    /// <summary>What was presented: the recovery key, an API key or a token.</summary>
    public required AuditActor Credential { get; init; }

    /// <summary>Digest of the recovery key that was presented: a write by it asks whether it is the account's still.</summary>
    public byte[]? RecoveryDigest { get; init; }

    /// <summary>The API key that was presented, or that the token was issued for.</summary>
    public Id<AgentKey>? Key { get; init; }

    /// <summary>The rights of the key or token; none for a recovery key, whose routes ask for none.</summary>
    public ScopeSet Scopes { get; init; } = ScopeSet.None;

    /// <summary>The token that was presented.</summary>
    public TokenClaims? Token { get; init; }

    /// <summary>Whether one of these scopes was given; true when none is asked for.</summary>
    public bool May(Scope anyOf) => Scopes.HasAny(anyOf);
}

/// <summary>Where a request came from, for the audit log.</summary>
public sealed record CallOrigin(string? Address, string? UserAgent)
{
    /// <summary>Of what the server does by itself.</summary>
    public static CallOrigin Server { get; } = new(null, null);
}
