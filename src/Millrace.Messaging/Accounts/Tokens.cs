using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>Issues, refreshes and revokes access tokens. (fluxra §8.5–8.7)</summary>
public sealed class Tokens(
    Store store,
    MessagingHome home,
    TokenSigner signer,
    LiveTokens live,
    AgentAuditLog audit,
    AccountOptions options,
    TimeProvider time
)
{
    /// <summary>
    /// The first token of a new family. Fails with <see cref="Forbidden"/> for a scope that the key lacks,
    /// <see cref="Unauthenticated"/> when the key has ended meanwhile.
    /// </summary>
    /// <param name="caller">Known by an API key.</param>
    /// <param name="scopes">A part of the key's; null for all of them.</param>
    public Task<AccessToken> IssueAsync(
        AgentCaller caller,
        ScopeSet? scopes,
        CallOrigin origin,
        CancellationToken cancellation = default
    )
    {
        if (scopes is not null && !caller.Scopes.Covers(scopes))
            throw new Forbidden("scope_missing", "The API key lacks a scope that was asked for.");
        var now = Now();
        var key = caller.Key!.Value;
        var claims = new TokenClaims(
            Id<AccessToken>.Random(),
            caller.Account,
            Id<TokenFamily>.New(now),
            key,
            scopes ?? caller.Scopes,
            now,
            now + options.TokenLifetime,
            now
        );
        return store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var isLive = await db.ExecuteAsync(
                    """
                    UPDATE agent_keys SET last_used_at = $1 WHERE id = $2 AND revoked_at IS NULL
                      AND (retires_at IS NULL OR retires_at > $1) AND (expires_at IS NULL OR expires_at > $1)
                    """,
                    now,
                    key.Value
                );
                if (isLive == 0)
                    throw Ended();
                await db.ExecuteAsync(
                    """
                    INSERT INTO token_families (id, workspace_id, account_id, key_id, started_at, forget_at)
                    VALUES ($1, $2, $3, $4, $5, $6)
                    """,
                    claims.Family.Value,
                    home.Workspace.Value,
                    caller.Account.Value,
                    key.Value,
                    now,
                    now + options.FamilyAge + options.TokenLifetime
                );
                await audit.AppendAsync(
                    db,
                    caller.Account,
                    "token.issued",
                    caller.Credential,
                    origin,
                    key
                );
                return new AccessToken(signer.Sign(claims), claims);
            },
            cancellation
        );
    }

    /// <summary>
    /// Another token of the family; the presented one works on for the grace period. Fails with
    /// <see cref="Unauthenticated"/> when the family is too old.
    /// </summary>
    public Task<AccessToken> RefreshAsync(
        AgentCaller caller,
        CallOrigin origin,
        CancellationToken cancellation = default
    )
    {
        var now = Now();
        var old = caller.Token!;
        if (now > old.StartedAt + options.FamilyAge)
            throw Ended();
        var claims = old with
        {
            Id = Id<AccessToken>.Random(),
            IssuedAt = now,
            ExpiresAt = now + options.TokenLifetime,
        };
        return store.WriteAsync(
            home.Workspace,
            async db =>
            {
                // Refreshed twice, its end stays where the first time put it.
                await db.ExecuteAsync(
                    "INSERT INTO ended_tokens (id, workspace_id, ends_at, forget_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
                    old.Id.Value,
                    home.Workspace.Value,
                    time.GetUtcNow() + options.RefreshGrace,
                    old.ExpiresAt
                );
                await audit.AppendAsync(
                    db,
                    caller.Account,
                    "token.refreshed",
                    caller.Credential,
                    origin,
                    old.Key
                );
                await live.EndAsync(db, caller.Account);
                return new AccessToken(signer.Sign(claims), claims);
            },
            cancellation
        );
    }

    /// <summary>Ends the presented token's family, or every token of the agent.</summary>
    public Task RevokeAsync(
        AgentCaller caller,
        bool all,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                await OwnAccount.HoldAsync(db, caller);
                if (all)
                    await RevokeAllAsync(db, caller.Account, now);
                else
                    await db.ExecuteAsync(
                        "UPDATE token_families SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
                        now,
                        caller.Token!.Family.Value
                    );
                await audit.AppendAsync(
                    db,
                    caller.Account,
                    "token.revoked",
                    caller.Credential,
                    origin,
                    caller.Key
                );
                await live.EndAsync(db, caller.Account);
            },
            cancellation
        );

    /// <summary>Ends all tokens of an account within the caller's write, which tells <see cref="LiveTokens"/>.</summary>
    internal static async ValueTask RevokeAllAsync(
        Db db,
        Id<AgentAccount> account,
        DateTimeOffset now
    ) =>
        await db.ExecuteAsync(
            "UPDATE token_families SET revoked_at = $1 WHERE workspace_id = $2 AND account_id = $3 AND revoked_at IS NULL",
            now,
            db.Workspace.Value,
            account.Value
        );

    // A token's times are whole seconds.
    private DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    private static Unauthenticated Ended() =>
        new("credential_ended", "The credential does not hold any more. Log in again.");
}
