using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>
/// Tells whether a token holds, at every request: on SQLite from memory until anything ends, on PostgreSQL from one
/// row, so that what is ended is dead at once on every node. Connections that outlive a request follow
/// <see cref="SubjectOf"/> in the event log and ask again.
/// </summary>
public sealed class LiveTokens(
    Store store,
    MessagingHome home,
    TokenSigner signer,
    EventLog events,
    DataFolder data,
    TimeProvider time
) : IDisposable
{
    /// <summary>What an event of <see cref="SubjectOf"/> is called.</summary>
    public const string EndedEvent = "credentials.ended";

    private const int LongestToken = 4096;

    private readonly KnownRows<KnownToken> _known = new(store, data, "tokens.stamp", time);

    /// <summary>Where the event log tells that credentials of an account have ended.</summary>
    public static string SubjectOf(Id<AgentAccount> account) => $"credentials:{account}";

    /// <summary>Who presents this token; null when it does not hold, for whatever reason.</summary>
    public ValueTask<AgentCaller?> FindAsync(
        ReadOnlySpan<char> text,
        CancellationToken cancellation = default
    )
    {
        if (text.Length > LongestToken || !Ascii.IsValid(text))
            return default;
        Span<byte> bytes = stackalloc byte[LongestToken];
        Span<byte> hash = stackalloc byte[Hash256.Bytes];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(text, bytes)], hash);
        var key = Hash256.Of(hash);
        return _known.Find(key) is { } known
            ? ValueTask.FromResult(Admit(known))
            : LookUpAsync(text.ToString(), key, cancellation);
    }

    /// <summary>Until when the token that opened a connection holds as things stand; null when it is ended for good.</summary>
    public async ValueTask<DateTimeOffset?> EndOfAsync(
        AgentCaller caller,
        CancellationToken cancellation = default
    ) => caller.Token is { } token ? await EndOfAsync(token, cancellation) : null;

    /// <summary>Within the write that ends any credential of an account: makes every node look again.</summary>
    internal async ValueTask EndAsync(Db db, Id<AgentAccount> account)
    {
        db.AfterCommit(_known.Forget);
        await events.AppendAsync(db, home.Workspace, SubjectOf(account), EndedEvent, "{}");
    }

    public void Dispose() => _known.Dispose();

    private async ValueTask<AgentCaller?> LookUpAsync(
        string text,
        Hash256 key,
        CancellationToken cancellation
    )
    {
        if (await signer.ReadAsync(text) is not { } claims)
            return null;
        var stamp = _known.Stamp;
        if (await EndOfAsync(claims, cancellation) is not { } end)
            return null;
        var known = new KnownToken(
            new AgentCaller
            {
                Account = claims.Account,
                AgentId = claims.Account.Text(),
                Credential = AuditActor.AccessToken,
                Key = claims.Key,
                Scopes = claims.Scopes,
                Token = claims,
            },
            end
        );
        _known.Keep(key, known, stamp);
        return Admit(known);
    }

    private AgentCaller? Admit(KnownToken known) =>
        time.GetUtcNow() < known.EndsAt ? known.Caller : null;

    /// <summary>Until when it holds as things stand; null when it is ended for good.</summary>
    private Task<DateTimeOffset?> EndOfAsync(TokenClaims token, CancellationToken cancellation) =>
        store.ReadAsync(
            home.Workspace,
            db =>
                db.FirstAsync(
                    """
                    SELECT k.expires_at, k.retires_at, e.ends_at FROM token_families f
                    JOIN agent_keys k ON k.id = f.key_id
                    JOIN agent_accounts a ON a.id = f.account_id
                    LEFT JOIN ended_tokens e ON e.id = $3
                    WHERE f.workspace_id = $1 AND f.id = $2
                      AND f.revoked_at IS NULL AND k.revoked_at IS NULL AND a.deleted_at IS NULL
                    """,
                    row =>
                        Earliest(
                            token.ExpiresAt,
                            row.TimeOrNull(0),
                            row.TimeOrNull(1),
                            row.TimeOrNull(2)
                        ),
                    home.Workspace.Value,
                    token.Family.Value,
                    token.Id.Value
                ),
            cancellation
        );

    private static DateTimeOffset? Earliest(
        DateTimeOffset expiry,
        params ReadOnlySpan<DateTimeOffset?> others
    )
    {
        foreach (var other in others)
        {
            if (other < expiry)
                expiry = other.Value;
        }
        return expiry;
    }

    private sealed record KnownToken(AgentCaller Caller, DateTimeOffset EndsAt);
}
