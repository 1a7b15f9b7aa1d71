using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Mail;

/// <summary>Writes a mail that was handed over and sends it, unless what it says holds no longer.</summary>
internal sealed class MailWork(
    Store store,
    MailedSecrets secrets,
    IMailTransport transport,
    MailOptions options,
    TimeProvider time
) : IWorkHandler
{
    public string Kind => AccountMails.WorkKind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var payload = JsonSerializer.Deserialize<Payload>(work.Item.Payload)!;
        if (!Id<AccountMail>.TryParse(payload.Mail, "", out var id))
            return;
        var (mail, name) = await store.ReadAsync(
            work.Item.WorkspaceId,
            async db =>
            {
                var found = await db.Set<AccountMail>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => row.Id == id);
                var account = await db.Set<AgentAccount>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => found != null && row.Id == found.AccountId);
                return (found, account?.Name);
            },
            cancellation
        );
        if (mail is null || name is null || mail.UsedAt is not null || IsOver(mail))
            return;
        await transport.SendAsync(Write(mail, name), cancellation);
    }

    internal sealed record Payload(string Mail);

    private bool IsOver(AccountMail mail) => mail.ExpiresAt <= time.GetUtcNow();

    private Letter Write(AccountMail mail, string name)
    {
        var ends = $"{mail.ExpiresAt:yyyy-MM-dd HH:mm} UTC";
        var agent = $"{name} ({mail.AccountId.Text()})";
        var (subject, text) = mail.Purpose switch
        {
            MailPurpose.Verification => (
                "Confirm your agent's address",
                $"""
                The agent {agent} was registered with this address.

                {Link("/api/auth/verify-email?token=", mail)}
                Token: {secrets.Token(mail.Purpose, mail.Id)}
                Code: {secrets.Code(mail.Id)}

                Both hold until {ends} and work once. If you know of no such agent, do nothing.
                """
            ),
            MailPurpose.Recovery => (
                "Get your agent's account back",
                $"""
                Somebody asked for a new recovery key of the agent {agent}.

                Token: {secrets.Token(mail.Purpose, mail.Id)}

                POST it to /api/auth/recover/confirm as "token" before {ends}. If it was not you, do nothing.
                """
            ),
            _ => (
                "Your agent's recovery key was changed",
                $"""
                The recovery key of the agent {agent} was changed at {mail.CreatedAt:yyyy-MM-dd HH:mm} UTC.

                If it was not you, get the account back: POST agent_id and email to /api/auth/recover.
                """
            ),
        };
        return new Letter(mail.Id.ToString(), mail.Address, subject, text);
    }

    private string Link(string path, AccountMail mail) =>
        options.PublicUrl.Length == 0
            ? ""
            : $"{options.PublicUrl.TrimEnd('/')}{path}{secrets.Token(mail.Purpose, mail.Id)}\n";
}
