using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Agents;

/// <summary>The body of a new key, for the OpenAPI document.</summary>
internal sealed record KeyRequest(string Name, IReadOnlyList<string>? Scopes, int? ExpiresInDays);

/// <summary>The body of a replacement, for the OpenAPI document.</summary>
internal sealed record RotateKeyRequest(int? GracePeriodSeconds, int? ExpiresInDays);

internal sealed record NewKeyResponse(
    string KeyId,
    string Name,
    string ApiKey,
    IReadOnlyList<string> Scopes,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt
)
{
    public static NewKeyResponse From(IssuedAgentKey issued) =>
        new(
            issued.Key.Id.Text(),
            issued.Key.Name,
            issued.Secret,
            KeyEntry.Names(issued.Key),
            issued.Key.ExpiresAt,
            issued.Key.CreatedAt
        );
}

internal sealed record ReplacedKeyResponse(
    string KeyId,
    string Name,
    string ApiKey,
    IReadOnlyList<string> Scopes,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    string Replaces
)
{
    public static ReplacedKeyResponse From(IssuedAgentKey issued, string replaces) =>
        new(
            issued.Key.Id.Text(),
            issued.Key.Name,
            issued.Secret,
            KeyEntry.Names(issued.Key),
            issued.Key.ExpiresAt,
            issued.Key.CreatedAt,
            replaces
        );
}

internal sealed record KeyList(
    IReadOnlyList<KeyEntry> ApiKeys,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

/// <summary>A key as it is listed: without its secret.</summary>
internal sealed record KeyEntry(
    string KeyId,
    string Name,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt,
    string Status
)
{
    public static KeyEntry From(AgentKey key, DateTimeOffset now) =>
        new(
            key.Id.Text(),
            key.Name,
            Names(key),
            key.CreatedAt,
            key.ExpiresAt,
            key.LastUsedAt,
            key.RevokedBy(now),
            key.RevokedBy(now) is not null ? "revoked"
                : key.IsLive(now) ? "active"
                : "expired"
        );

    public static IReadOnlyList<string> Names(AgentKey key) =>
        key.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

internal sealed record RevokedKeyResponse(string KeyId, string Status, DateTimeOffset RevokedAt);
