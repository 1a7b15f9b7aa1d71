using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Audit;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Identity;

/// <summary>What a new key is to be.</summary>
public sealed record NewApiKey
{
    /// <summary>An existing workspace's name, for a second key to it; null opens a new workspace.</summary>
    public string? Workspace { get; init; }

    public string Owner { get; init; } = "operator";

    public string Name { get; init; } = "key";

    public string Scopes { get; init; } = "";

    public bool IsAdmin { get; init; }

    public string RateClass { get; init; } = "default";

    public string StreamDialect { get; init; } = "";

    /// <summary>Whether the same file sent again is the one that is there; null leaves it to the installation.</summary>
    public bool? Dedupe { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The key itself, when the operator chooses it; at least 16 characters. Null makes a random one.</summary>
    public string? Secret { get; init; }
}

/// <summary>A key just made, with the one chance to read it.</summary>
/// <param name="IsChosen">The operator chose the key, so it need not be shown.</param>
public sealed record IssuedApiKey(ApiKey Key, string WorkspaceName, string Secret, bool IsChosen);

/// <summary>Makes, finds and revokes the keys that open workspaces.</summary>
public sealed class ApiKeys(Store store, DataFolder data, AuditLog audit, TimeProvider time)
    : IDisposable
{
    private const int LongestKey = 200;

    private readonly KnownRows<FoundKey> _known = new(store, data, "keys.stamp", time);

    private readonly ConcurrentDictionary<Id<ApiKey>, DateTimeOffset> _used = new();

    /// <summary>Makes a key. Fails with <see cref="NotFound"/> for an unknown workspace, <see cref="Conflict"/> for a key in use.</summary>
    public Task<IssuedApiKey> CreateAsync(
        NewApiKey request,
        CancellationToken cancellation = default
    )
    {
        // 32 hex digits: the shape that clients of the contracts have been seen to expect.
        var secret = request.Secret ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        if (secret.Length is < 16 or > LongestKey || secret.Any(c => c is < '!' or > '~'))
            throw new Invalid(
                "key_malformed",
                "A key has 16 to 200 printable ASCII characters without spaces."
            );
        return store.WriteAsync(
            Reach.Installation,
            db => CreateAsync(db, request, secret),
            cancellation
        );
    }

    /// <summary>Whether the installation has any key, revoked ones included.</summary>
    public Task<bool> AnyAsync(CancellationToken cancellation = default) =>
        store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT number FROM api_keys LIMIT 1", _ => true),
            cancellation
        );

    /// <summary>All keys of the installation, oldest first, with the names of their workspaces.</summary>
    public Task<List<(ApiKey Key, string Workspace)>> ListAsync(
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            Reach.Installation,
            db =>
            {
                var workspaces = db.Set<Workspace>()
                    .AsNoTracking()
                    .ToDictionary(row => row.Id, row => row.Name);
                var keys = db.Set<ApiKey>().AsNoTracking().OrderBy(key => key.Number).ToList();
                return ValueTask.FromResult(
                    keys.Select(key => (key, workspaces[key.WorkspaceId])).ToList()
                );
            },
            cancellation
        );

    /// <summary>Ends a key at once, everywhere. The data of its workspace stays.</summary>
    public async Task RevokeAsync(long number, CancellationToken cancellation = default)
    {
        await store.WriteAsync(Reach.Installation, db => RevokeAsync(db, number), cancellation);
        Forget();
    }

    /// <summary>Has every process look keys up again, once a revocation is committed.</summary>
    internal void Forget() => _known.Forget();

    /// <summary>
    /// Who presents this key. A revocation holds from the next request on, whichever process wrote it
    /// (<see cref="KnownRows{T}"/>). Fails with <see cref="Unauthenticated"/>: <c>key_missing</c>, <c>key_unknown</c>,
    /// <c>key_inactive</c> or <c>key_expired</c>.
    /// </summary>
    public ValueTask<Principal> AuthenticateAsync(
        string? presented,
        CancellationToken cancellation = default
    )
    {
        if (string.IsNullOrEmpty(presented))
            throw new Unauthenticated("key_missing", "The request has no API key.");
        if (presented.Length > LongestKey)
            throw Unknown();
        Span<byte> text = stackalloc byte[LongestKey * 3];
        Span<byte> hash = stackalloc byte[Hash256.Bytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(presented, text)], hash);
        return _known.Find(Hash256.Of(hash)) is { } found
            ? ValueTask.FromResult(Admit(found))
            : new ValueTask<Principal>(LookUpAsync(hash.ToArray(), cancellation));
    }

    /// <summary>One key's row, for the key's own report.</summary>
    public Task<ApiKey> GetAsync(Principal principal, CancellationToken cancellation = default) =>
        store.ReadAsync(
            principal.Workspace,
            async db =>
                await db.Set<ApiKey>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(key => key.Id == principal.Key)
                ?? throw new NotFound("key_not_found", "The key is gone."),
            cancellation
        );

    /// <summary>Writes down when keys were last used; called every minute and at the end.</summary>
    public async Task FlushLastUsedAsync(CancellationToken cancellation = default)
    {
        // In one order everywhere, so that two processes that write at once wait for each other instead of locking up.
        var used = _used.OrderBy(entry => entry.Key).ToArray();
        if (used.Length == 0)
            return;
        await store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                foreach (var (key, at) in used)
                    await db.ExecuteAsync(
                        "UPDATE api_keys SET last_used_at = $1 WHERE id = $2",
                        at,
                        key.Value
                    );
            },
            cancellation
        );
        foreach (var entry in used)
            _used.TryRemove(entry);
    }

    public void Dispose() => _known.Dispose();

    private async ValueTask<IssuedApiKey> CreateAsync(Db db, NewApiKey request, string secret)
    {
        var now = time.GetUtcNow();
        var workspace = await WorkspaceAsync(db, request.Workspace, now);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        if (await FindAsync(db, hash) is not null)
            throw new Conflict("key_in_use", "This key exists already.");
        var number = await db.FirstAsync(
            "SELECT COALESCE(MAX(number), 0) + 1 FROM api_keys",
            row => row.Int64(0)
        );
        var key = new ApiKey
        {
            Id = Id<ApiKey>.New(now),
            WorkspaceId = workspace.Id,
            Number = number,
            Hash = hash,
            Hint = secret[^4..],
            Owner = request.Owner,
            Name = request.Name,
            Scopes = request.Scopes,
            IsAdmin = request.IsAdmin,
            RateClass = request.RateClass,
            StreamDialect = request.StreamDialect,
            Dedupe = request.Dedupe,
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt,
        };
        db.Set<ApiKey>().Add(key);
        await audit.AppendAsync(db, workspace.Id, "operator", "key.created", number.ToString());
        return new IssuedApiKey(key, workspace.Name, secret, IsChosen: request.Secret is not null);
    }

    /// <summary>Ends a key within the caller's write; <see cref="Forget"/> is to follow. Gives the workspace that it opened.</summary>
    internal async ValueTask<Id<Workspace>> RevokeAsync(Db db, long number)
    {
        var workspace = await db.FirstAsync(
            "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $1) WHERE number = $2 RETURNING workspace_id",
            row => (Id<Workspace>?)row.Id<Workspace>(0),
            time.GetUtcNow(),
            number
        );
        if (workspace is null)
            throw new NotFound(
                "key_not_found",
                $"There is no key number {number}. `key list` shows them."
            );
        await audit.AppendAsync(db, workspace.Value, "operator", "key.revoked", number.ToString());
        return workspace.Value;
    }

    private static async ValueTask<Workspace> WorkspaceAsync(
        Db db,
        string? name,
        DateTimeOffset now
    )
    {
        if (name is not null)
        {
            return await db.Set<Workspace>().FirstOrDefaultAsync(row => row.Name == name)
                ?? throw new NotFound(
                    "workspace_not_found",
                    $"There is no workspace '{name}'. `key list` shows them."
                );
        }
        // Workspaces of the server's own making, such as the one of agents' accounts, do not count.
        var count = await db.FirstAsync(
            "SELECT COUNT(*) FROM workspaces WHERE name LIKE 'workspace-%'",
            row => row.Int64(0)
        );
        var workspace = new Workspace
        {
            Id = Id<Workspace>.New(now),
            Name = $"workspace-{count + 1}",
            CreatedAt = now,
        };
        db.Set<Workspace>().Add(workspace);
        return workspace;
    }

    private async Task<Principal> LookUpAsync(byte[] hash, CancellationToken cancellation)
    {
        var stamp = _known.Stamp;
        var found = await store.ReadAsync(
            Reach.Installation,
            db => FindAsync(db, hash),
            cancellation
        );
        if (found is null || !CryptographicOperations.FixedTimeEquals(found.Hash, hash))
            throw Unknown();
        _known.Keep(Hash256.Of(hash), found, stamp);
        return Admit(found);
    }

    private Principal Admit(FoundKey found)
    {
        if (found.IsRevoked)
            throw new Unauthenticated("key_inactive", "The API key was revoked.");
        var now = time.GetUtcNow();
        if (found.ExpiresAt <= now)
            throw new Unauthenticated("key_expired", "The API key has expired.");
        _used[found.Principal.Key] = now;
        return found.Principal;
    }

    private static Unauthenticated Unknown() =>
        new("key_unknown", "The API key is not known here.");

    private static ValueTask<FoundKey?> FindAsync(Db db, byte[] hash) =>
        db.FirstAsync(
            """
            SELECT id, workspace_id, number, hash, scopes, is_admin, rate_class, stream_dialect, dedupe, expires_at,
                revoked_at
            FROM api_keys WHERE hash = $1
            """,
            row => new FoundKey(
                new Principal
                {
                    Key = row.Id<ApiKey>(0),
                    Workspace = row.Id<Workspace>(1),
                    KeyNumber = row.Int64(2),
                    Scopes = Split(row.Text(4)),
                    IsAdmin = row.Flag(5),
                    RateClass = row.Text(6),
                    StreamDialect = row.Text(7),
                    Dedupe = row.IsNull(8) ? null : row.Flag(8),
                },
                row.Bytes(3),
                row.TimeOrNull(9),
                !row.IsNull(10)
            ),
            hash
        );

    private static HashSet<string> Split(string scopes) =>
        scopes.Length == 0
            ? NoScopes
            : scopes
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .ToHashSet(StringComparer.Ordinal);

    private static readonly HashSet<string> NoScopes = [];
}

/// <summary>What stands in a key's row.</summary>
internal sealed record FoundKey(
    Principal Principal,
    byte[] Hash,
    DateTimeOffset? ExpiresAt,
    bool IsRevoked
);
