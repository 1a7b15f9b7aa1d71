using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Mail;

namespace Millrace.Messaging.Accounts;

/// <summary>A new value, where one was given; the value itself may be null, which clears.</summary>
public readonly record struct Change<T>(bool IsGiven, T Value)
{
    public T Or(T before) => IsGiven ? Value : before;
}

/// <summary>What is to change of an account.</summary>
public sealed record AccountChange
{
    public Change<string?> Email { get; init; }

    public Change<string?> Description { get; init; }

    public Change<string?> Owner { get; init; }

    public Change<string?> Version { get; init; }
}

/// <summary>Shows, changes and deletes accounts, and knows them by their recovery keys. (fluxra §8.8, 8.9, 9.6, 9.7)</summary>
public sealed class AgentAccounts(
    Store store,
    MessagingHome home,
    CredentialDigests digests,
    AccountMails mails,
    LiveTokens live,
    IEnumerable<IAccountPart> parts,
    AgentAuditLog audit,
    TimeProvider time
)
{
    /// <summary>Who presents this recovery key; null when it is not that account's.</summary>
    public Task<AgentCaller?> LoginAsync(
        Id<AgentAccount> account,
        string secret,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var digest = await db.FirstAsync(
                    "SELECT recovery_digest FROM agent_accounts WHERE workspace_id = $1 AND id = $2",
                    row => row.BytesOrNull(0),
                    home.Workspace.Value,
                    account.Value
                );
                return digests.Matches(CredentialDigests.RecoveryKey, secret, digest)
                    ? new AgentCaller
                    {
                        Account = account,
                        AgentId = account.Text(),
                        Credential = AuditActor.RecoveryKey,
                        RecoveryDigest = digest,
                    }
                    : null;
            },
            cancellation
        );

    /// <summary>An account that is not deleted; null when there is none.</summary>
    public Task<AgentAccount?> FindAsync(
        Id<AgentAccount> account,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
                await db.Set<AgentAccount>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => row.Id == account && row.DeletedAt == null),
            cancellation
        );

    /// <summary>Changes an account; a new address is mailed a verification, whose end is told with it.</summary>
    public Task<(AgentAccount Account, DateTimeOffset? VerificationEnds)> ChangeAsync(
        AgentCaller caller,
        AccountChange change,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var account = await HoldAsync(db, caller);
                var isNewAddress = change.Email.IsGiven && change.Email.Value != account.Email;
                if (isNewAddress)
                    (account.Email, account.EmailVerifiedAt) = (change.Email.Value, null);
                account.Description = change.Description.Or(account.Description);
                account.Owner = change.Owner.Or(account.Owner);
                account.Version = change.Version.Or(account.Version);
                DateTimeOffset? ends = null;
                if (isNewAddress)
                {
                    // What went to the address before says nothing of this one.
                    await AccountMails.VoidAsync(db, account.Id);
                    ends = await mails.SendAsync(db, account, MailPurpose.Verification, Now());
                }
                await audit.AppendAsync(db, account.Id, "agent.updated", caller.Credential, origin);
                return (account, ends);
            },
            cancellation
        );

    /// <summary>
    /// Mails the verification again, and says until when it holds; null when it cannot be mailed. Fails with
    /// <see cref="Invalid"/> when there is no address, <see cref="Conflict"/> when it is verified already.
    /// </summary>
    public Task<DateTimeOffset?> ResendVerificationAsync(
        AgentCaller caller,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var account = await HoldAsync(db, caller);
                if (account.Email is null)
                    throw new Invalid("no_email", "The agent has no email address on file.");
                if (account.EmailVerifiedAt is not null)
                    throw new Conflict(
                        "already_verified",
                        "The email address is verified already."
                    );
                await AccountMails.VoidAsync(db, account.Id);
                return await mails.SendAsync(db, account, MailPurpose.Verification, Now());
            },
            cancellation
        );

    /// <summary>A new recovery key; the old one is dead at once.</summary>
    public Task<(string RecoveryKey, DateTimeOffset RotatedAt)> RotateRecoveryKeyAsync(
        AgentCaller caller,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = Now();
                var account = await HoldAsync(db, caller);
                var secret = CredentialDigests.NewSecret(CredentialDigests.RecoveryKey);
                account.RecoveryDigest = digests.Of(secret);
                await audit.AppendAsync(
                    db,
                    account.Id,
                    "recovery_key.rotated",
                    caller.Credential,
                    origin
                );
                if (account.EmailVerifiedAt is not null)
                    await mails.SendAsync(db, account, MailPurpose.KeyRotated, now);
                return (secret, now);
            },
            cancellation
        );

    /// <summary>Deletes an account with all that hangs on it, in one write. Fails with <see cref="Conflict"/> when a part forbids it.</summary>
    public Task<DateTimeOffset> DeleteAsync(
        AgentCaller caller,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = Now();
                var account = await HoldAsync(db, caller);
                foreach (var part in parts)
                    await part.CloseAsync(db, account.Id, now);
                account.DeletedAt = now;
                account.RecoveryDigest = null;
                (account.Email, account.EmailVerifiedAt) = (null, null);
                (account.Description, account.Owner, account.Version) = (null, null, null);
                await AccountMails.EraseAsync(db, account.Id);
                await AgentKeys.RevokeAllAsync(db, account.Id, now);
                await Tokens.RevokeAllAsync(db, account.Id, now);
                await audit.AppendAsync(db, account.Id, "agent.deleted", caller.Credential, origin);
                await live.EndAsync(db, account.Id);
                return now;
            },
            cancellation
        );

    private DateTimeOffset Now() => time.GetUtcNow();

    private static async ValueTask<AgentAccount> HoldAsync(Db db, AgentCaller caller)
    {
        await OwnAccount.HoldAsync(db, caller);
        return await db.Set<AgentAccount>().FirstAsync(row => row.Id == caller.Account);
    }
}
