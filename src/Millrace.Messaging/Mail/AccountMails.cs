using System.Net.Mail;
using System.Text.Json;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Mail;

/// <summary>
/// Hands mails over: as work in the transaction of the change that they tell of, so that one is sent if and only if the
/// change was made, and sent again when the transport fails.
/// </summary>
public sealed class AccountMails(WorkQueue work, AccountOptions options)
{
    internal const string WorkKind = "messaging.mail";

    /// <summary>Hands a mail to the account's address over, within the caller's write.</summary>
    /// <param name="now">That of the change.</param>
    /// <returns>Until when what is in it holds; null when there is no address that a mail could go to.</returns>
    internal async ValueTask<DateTimeOffset?> SendAsync(
        Db db,
        AgentAccount account,
        MailPurpose purpose,
        DateTimeOffset now
    )
    {
        if (account.Email is not { } address || !MailAddress.TryCreate(address, out _))
            return null;
        var mail = new AccountMail
        {
            Id = Id<AccountMail>.New(now),
            WorkspaceId = account.WorkspaceId,
            AccountId = account.Id,
            Purpose = purpose,
            Address = address,
            CreatedAt = now,
            ExpiresAt = now + options.MailedLifetime,
        };
        db.Set<AccountMail>().Add(mail);
        await work.EnqueueAsync(
            db,
            new NewWork(
                account.WorkspaceId,
                WorkKind,
                JsonSerializer.Serialize(new MailWork.Payload(mail.Id.ToString()))
            )
        );
        return mail.ExpiresAt;
    }

    /// <summary>
    /// Ends the tokens and codes that were mailed to an account before, within the caller's write. A notice still goes
    /// out: whoever took the account over does not silence it by another address.
    /// </summary>
    internal static async ValueTask VoidAsync(Db db, Id<AgentAccount> account) =>
        await db.ExecuteAsync(
            """
            UPDATE account_mails SET expires_at = created_at
            WHERE workspace_id = $1 AND account_id = $2 AND used_at IS NULL AND purpose <> $3
            """,
            db.Workspace.Value,
            account.Value,
            MailPurpose.KeyRotated
        );

    /// <summary>Forgets the mails of an account that is deleted with their addresses, also those not yet sent. (fluxra §9.7)</summary>
    internal static async ValueTask EraseAsync(Db db, Id<AgentAccount> account) =>
        await db.ExecuteAsync(
            "DELETE FROM account_mails WHERE workspace_id = $1 AND account_id = $2",
            db.Workspace.Value,
            account.Value
        );
}
