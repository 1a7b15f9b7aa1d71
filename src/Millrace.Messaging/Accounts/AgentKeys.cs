using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>A key just made, with the one chance to read it.</summary>
public sealed record IssuedAgentKey(AgentKey Key, string Secret);

/// <summary>Makes, finds, replaces and revokes agents' API keys. (fluxra §9.1–9.4)</summary>
public sealed class AgentKeys(
    Store store,
    MessagingHome home,
    CredentialDigests digests,
    LiveTokens live,
    IEnumerable<IAccountPart> parts,
    AgentAuditLog audit,
    AccountOptions options,
    TimeProvider time
)
{
    /// <summary>Who presents this key; null when it is not a live key of that account.</summary>
    public Task<AgentCaller?> LoginAsync(
        Id<AgentAccount> account,
        string secret,
        CancellationToken cancellation = default
    )
    {
        var digest = digests.Of(secret);
        return store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var key = await db.Set<AgentKey>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => row.Digest == digest);
                if (
                    !digests.Matches(CredentialDigests.ApiKey, secret, key?.Digest)
                    || key!.AccountId != account
                    || !key.IsLive(time.GetUtcNow())
                )
                    return null;
                return new AgentCaller
                {
                    Account = account,
                    AgentId = account.Text(),
                    Credential = AuditActor.ApiKey,
                    Key = key.Id,
                    Scopes = ScopeSet.Read(key.Scopes),
                };
            },
            cancellation
        );
    }

    /// <summary>Fails with <see cref="Conflict"/> when the agent has as many live keys as it may.</summary>
    public Task<IssuedAgentKey> CreateAsync(
        AgentCaller caller,
        string name,
        ScopeSet scopes,
        int? expiresInDays,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                await OwnAccount.HoldAsync(db, caller);
                if (await CountLiveAsync(db, caller.Account, now) >= options.KeysPerAgent)
                    throw new Conflict(
                        "too_many_keys",
                        $"An agent has at most {options.KeysPerAgent} live API keys. Revoke one first."
                    );
                var issued = Add(
                    db,
                    caller.Account,
                    name,
                    scopes.ToString(),
                    now,
                    expiresInDays is { } days ? now.AddDays(days) : null
                );
                await audit.AppendAsync(
                    db,
                    caller.Account,
                    "key.created",
                    caller.Credential,
                    origin,
                    issued.Key.Id,
                    new JsonObject { ["name"] = name }
                );
                return issued;
            },
            cancellation
        );

    /// <summary>The keys of an account, newest first.</summary>
    /// <param name="before">The last key of the page before.</param>
    public Task<Page<AgentKey>> ListAsync(
        Id<AgentAccount> account,
        bool includeRevoked,
        Id<AgentKey>? before,
        int limit,
        CancellationToken cancellation = default
    )
    {
        var now = time.GetUtcNow();
        return store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var keys = db.Set<AgentKey>().AsNoTracking().Where(row => row.AccountId == account);
                if (!includeRevoked)
                    keys = keys.Where(row =>
                        row.RevokedAt == null && (row.RetiresAt == null || row.RetiresAt > now)
                    );
                if (before is { } last)
                    keys = keys.Where(row => row.Id < last);
                return Page.Of(
                    await keys.OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(),
                    limit
                );
            },
            cancellation
        );
    }

    /// <summary>
    /// Ends a key and every token that came of it, and says since when; a key that had ended keeps its time. Fails with
    /// <see cref="NotFound"/> for a key that is not the account's.
    /// </summary>
    public Task<DateTimeOffset> RevokeAsync(
        AgentCaller caller,
        Id<AgentKey> id,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                await OwnAccount.HoldAsync(db, caller);
                var key = await FindAsync(db, caller.Account, id);
                if (key.RevokedBy(now) is { } before)
                    return before;
                key.RevokedAt = now;
                await audit.AppendAsync(
                    db,
                    caller.Account,
                    "key.revoked",
                    caller.Credential,
                    origin,
                    id
                );
                await live.EndAsync(db, caller.Account);
                return now;
            },
            cancellation
        );

    /// <summary>
    /// Makes a key of the same name and scopes in place of one that works on for the grace period. Fails with
    /// <see cref="NotFound"/> for a key that is not the account's, <see cref="Conflict"/> for one that is not live.
    /// </summary>
    /// <param name="expiresInDays">Null repeats the old lifetime.</param>
    public Task<IssuedAgentKey> RotateAsync(
        AgentCaller caller,
        Id<AgentKey> id,
        TimeSpan grace,
        int? expiresInDays,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                await OwnAccount.HoldAsync(db, caller);
                var old = await FindAsync(db, caller.Account, id);
                if (!old.IsLive(now))
                    throw new Conflict(
                        "key_not_live",
                        "The API key is revoked or has expired. Create a new one."
                    );
                var lifetime = expiresInDays is { } days
                    ? TimeSpan.FromDays(days)
                    : old.ExpiresAt - old.CreatedAt;
                var issued = Add(
                    db,
                    caller.Account,
                    old.Name,
                    old.Scopes,
                    now,
                    lifetime is { } span ? now + span : null
                );
                if (grace == TimeSpan.Zero)
                    old.RevokedAt = now;
                else if (!(old.RetiresAt <= now + grace))
                    old.RetiresAt = now + grace;
                await audit.AppendAsync(
                    db,
                    caller.Account,
                    "key.rotated",
                    caller.Credential,
                    origin,
                    issued.Key.Id,
                    new JsonObject { ["replaces"] = id.Text() }
                );
                foreach (var part in parts)
                    await part.ReplaceKeyAsync(db, caller.Account, id, issued.Key.Id);
                await live.EndAsync(db, caller.Account);
                return issued;
            },
            cancellation
        );

    /// <summary>Whether a key is there, and neither revoked nor expired.</summary>
    internal Task<bool> IsLiveAsync(Id<AgentKey> id, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return store.ReadAsync(
            home.Workspace,
            async db =>
                await db.Set<AgentKey>().AsNoTracking().FirstOrDefaultAsync(row => row.Id == id)
                    is { } key
                && key.IsLive(now),
            cancellation
        );
    }

    /// <summary>Ends all keys of an account within the caller's write, and says how many were live.</summary>
    internal static async ValueTask<int> RevokeAllAsync(
        Db db,
        Id<AgentAccount> account,
        DateTimeOffset now
    )
    {
        var live = await CountLiveAsync(db, account, now);
        await db.ExecuteAsync(
            "UPDATE agent_keys SET revoked_at = $1 WHERE workspace_id = $2 AND account_id = $3 AND revoked_at IS NULL",
            now,
            db.Workspace.Value,
            account.Value
        );
        return live;
    }

    /// <summary>A retiring key has been replaced already, and does not count.</summary>
    private static async ValueTask<int> CountLiveAsync(
        Db db,
        Id<AgentAccount> account,
        DateTimeOffset now
    ) =>
        await db.FirstAsync(
            """
            SELECT COUNT(*) FROM agent_keys WHERE workspace_id = $1 AND account_id = $2
              AND revoked_at IS NULL AND retires_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
            """,
            row => row.Int32(0),
            db.Workspace.Value,
            account.Value,
            now
        );

    private static async ValueTask<AgentKey> FindAsync(
        Db db,
        Id<AgentAccount> account,
        Id<AgentKey> id
    ) =>
        await db.Set<AgentKey>()
            .FirstOrDefaultAsync(row => row.Id == id && row.AccountId == account)
        ?? throw new NotFound("key_not_found", "There is no such API key.");

    private IssuedAgentKey Add(
        Db db,
        Id<AgentAccount> account,
        string name,
        string scopes,
        DateTimeOffset now,
        DateTimeOffset? expiresAt
    )
    {
        var secret = CredentialDigests.NewSecret(CredentialDigests.ApiKey);
        var key = new AgentKey
        {
            Id = Id<AgentKey>.New(now),
            WorkspaceId = db.Workspace,
            AccountId = account,
            Name = name,
            Scopes = scopes,
            Digest = digests.Of(secret),
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        db.Set<AgentKey>().Add(key);
        return new IssuedAgentKey(key, secret);
    }
}
