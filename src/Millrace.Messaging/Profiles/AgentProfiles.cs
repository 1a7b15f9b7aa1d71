using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Profiles;

/// <summary>What is to change of a profile.</summary>
public sealed record ProfileChange
{
    /// <summary>Null for the agent's name.</summary>
    public Change<string?> DisplayName { get; init; }

    public Change<string?> Bio { get; init; }

    public Change<string?> AvatarUrl { get; init; }

    public Change<string?> Website { get; init; }

    public Change<IReadOnlyList<string>?> Capabilities { get; init; }

    public Change<IReadOnlyList<string>?> Tags { get; init; }

    /// <summary>Null for public.</summary>
    public Change<ProfileVisibility?> Visibility { get; init; }
}

/// <summary>Which profiles are wanted; null where all are.</summary>
public sealed record DirectoryFilter(string? Text, string? Capability, string? Tag);

/// <summary>Profiles, and the public directory of them. (fluxra §9.8–9.11)</summary>
public sealed class AgentProfiles(
    Store store,
    MessagingHome home,
    AgentAuditLog audit,
    TimeProvider time
) : IAccountPart
{
    /// <summary>The words of a list as it is stored.</summary>
    public static IReadOnlyList<string> Words(string stored) =>
        stored.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Makes the profile, or puts another in its place; what is not given is cleared.</summary>
    public Task<(AgentProfile Profile, bool IsNew)> PutAsync(
        AgentCaller caller,
        ProfileChange profile,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var present = await FindAsync(db, caller.Account);
                var row = present ?? await AddAsync(db, caller.Account);
                Apply(row, Whole(profile));
                await NoteAsync(db, caller, "profile.updated", origin);
                return (row, present is null);
            },
            cancellation
        );

    /// <summary>Changes what is given. Fails with <see cref="NotFound"/> when there is no profile yet.</summary>
    public Task<AgentProfile> ChangeAsync(
        AgentCaller caller,
        ProfileChange change,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var row = await FindAsync(db, caller.Account) ?? throw Missing();
                Apply(row, change);
                await NoteAsync(db, caller, "profile.updated", origin);
                return row;
            },
            cancellation
        );

    /// <summary>Fails with <see cref="NotFound"/> when there is none.</summary>
    public Task DeleteAsync(
        AgentCaller caller,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                if (await RemoveAsync(db, caller.Account) == 0)
                    throw Missing();
                await NoteAsync(db, caller, "profile.deleted", origin);
            },
            cancellation
        );

    /// <summary>Fails with <see cref="NotFound"/> when the agent has none, or there is no such agent.</summary>
    public Task<AgentProfile> GetAsync(
        Id<AgentAccount> account,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
                await db.Set<AgentProfile>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => row.AccountId == account)
                ?? throw Missing(),
            cancellation
        );

    /// <summary>Public profiles, newest first.</summary>
    /// <param name="before">The last profile of the page before.</param>
    public Task<Page<AgentProfile>> ListAsync(
        DirectoryFilter filter,
        Id<AgentProfile>? before,
        int limit,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var profiles = db.Set<AgentProfile>()
                    .AsNoTracking()
                    .Where(row => row.Visibility == ProfileVisibility.Public);
                if (filter.Text?.ToLowerInvariant() is { } text)
                    profiles = profiles.Where(row => row.SearchText.Contains(text));
                if (filter.Capability is { } capability)
                {
                    var word = $" {capability} ";
                    profiles = profiles.Where(row => row.Capabilities.Contains(word));
                }
                if (filter.Tag is { } tag)
                {
                    var word = $" {tag} ";
                    profiles = profiles.Where(row => row.Tags.Contains(word));
                }
                if (before is { } last)
                    profiles = profiles.Where(row => row.Id < last);
                return Page.Of(
                    await profiles.OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(),
                    limit
                );
            },
            cancellation
        );

    public async ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now) =>
        await RemoveAsync(db, account);

    private static async ValueTask<int> RemoveAsync(Db db, Id<AgentAccount> account) =>
        await db.ExecuteAsync(
            "DELETE FROM agent_profiles WHERE workspace_id = $1 AND account_id = $2",
            db.Workspace.Value,
            account.Value
        );

    private static Task<AgentProfile?> FindAsync(Db db, Id<AgentAccount> account) =>
        db.Set<AgentProfile>().FirstOrDefaultAsync(row => row.AccountId == account);

    private async ValueTask<AgentProfile> AddAsync(Db db, Id<AgentAccount> account)
    {
        // Two first PUTs at once wait for each other here on PostgreSQL.
        var name =
            await db.FirstAsync(
                "UPDATE agent_accounts SET name = name WHERE id = $1 AND deleted_at IS NULL RETURNING name",
                row => row.Text(0),
                account.Value
            ) ?? throw new Unauthenticated("account_deleted", "The account is deleted.");
        if (await FindAsync(db, account) is { } other)
            return other;
        var now = time.GetUtcNow();
        var row = new AgentProfile
        {
            Id = Id<AgentProfile>.New(now),
            WorkspaceId = home.Workspace,
            AccountId = account,
            AgentName = name,
            DisplayName = name,
            Capabilities = "",
            Tags = "",
            Visibility = ProfileVisibility.Public,
            SearchText = "",
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Set<AgentProfile>().Add(row);
        return row;
    }

    /// <summary>The same, with what is not given cleared.</summary>
    private static ProfileChange Whole(ProfileChange profile) =>
        new()
        {
            DisplayName = new(true, profile.DisplayName.Value),
            Bio = new(true, profile.Bio.Value),
            AvatarUrl = new(true, profile.AvatarUrl.Value),
            Website = new(true, profile.Website.Value),
            Capabilities = new(true, profile.Capabilities.Value),
            Tags = new(true, profile.Tags.Value),
            Visibility = new(true, profile.Visibility.Value),
        };

    private void Apply(AgentProfile row, ProfileChange change)
    {
        row.DisplayName = change.DisplayName.Or(row.DisplayName) ?? row.AgentName;
        row.Bio = change.Bio.Or(row.Bio);
        row.AvatarUrl = change.AvatarUrl.Or(row.AvatarUrl);
        row.Website = change.Website.Or(row.Website);
        if (change.Capabilities.IsGiven)
            row.Capabilities = Stored(change.Capabilities.Value);
        if (change.Tags.IsGiven)
            row.Tags = Stored(change.Tags.Value);
        row.Visibility = change.Visibility.Or(row.Visibility) ?? ProfileVisibility.Public;
        row.SearchText = $"{row.AgentName}\n{row.DisplayName}\n{row.Bio}".ToLowerInvariant();
        row.UpdatedAt = time.GetUtcNow();
    }

    private static string Stored(IReadOnlyList<string>? words) =>
        words is { Count: > 0 } ? $" {string.Join(' ', words)} " : "";

    private ValueTask NoteAsync(Db db, AgentCaller caller, string action, CallOrigin origin) =>
        audit.AppendAsync(db, caller.Account, action, caller.Credential, origin, caller.Key);

    private static NotFound Missing() =>
        new("profile_not_found", "There is no such agent, or it has no profile.");
}
