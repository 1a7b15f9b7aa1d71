using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Mail;

namespace Millrace.Messaging.Accounts;

/// <summary>An account got back, with the one chance to read its new recovery key.</summary>
public sealed record Recovered(
    Id<AgentAccount> Account,
    string RecoveryKey,
    int KeysRevoked,
    DateTimeOffset RecoveredAt
);

/// <summary>An address that its owner has confirmed.</summary>
public sealed record Verified(Id<AgentAccount> Account, string Email, DateTimeOffset VerifiedAt);

/// <summary>What is done with what was mailed: an address is verified, an account is got back. (fluxra §8.2, 8.10, 8.11)</summary>
public sealed class Recovery(
    Store store,
    MessagingHome home,
    CredentialDigests digests,
    MailedSecrets secrets,
    AccountMails mails,
    LiveTokens live,
    IEnumerable<IAccountPart> parts,
    AgentAuditLog audit,
    TimeProvider time
)
{
    private const int MostWrongCodes = 5;

    /// <summary>By the token of the mail's link. Fails with <see cref="Invalid"/>, one answer for all that is wrong.</summary>
    public Task<Verified> VerifyAsync(
        string token,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var (mail, account) =
                    await FindAsync(db, token, MailPurpose.Verification) ?? throw NoGood();
                // The link, followed again.
                if (mail.UsedAt is not null && account.EmailVerifiedAt is { } before)
                    return new Verified(account.Id, mail.Address, before);
                return Holds(mail) ? await VerifyAsync(db, account, mail, origin) : throw NoGood();
            },
            cancellation
        );

    /// <summary>By the code of the mail. Fails with <see cref="Invalid"/>; five wrong codes void what is mailed.</summary>
    public async Task<Verified> VerifyAsync(
        Id<AgentAccount> agent,
        string code,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        // A wrong code is counted, so it is no failure of the write.
        await store.WriteAsync(
            home.Workspace,
            async db =>
            {
                if (!await OwnAccount.HoldAsync(db, agent))
                    return null;
                var account = await AccountAsync(db, agent);
                var mail = await db.Set<AccountMail>()
                    .Where(row => row.AccountId == agent && row.Purpose == MailPurpose.Verification)
                    .OrderByDescending(row => row.Id)
                    .FirstOrDefaultAsync();
                if (mail is null || !Holds(mail) || account.Email != mail.Address)
                    return null;
                if (secrets.IsCode(mail.Id, code))
                    return await VerifyAsync(db, account, mail, origin);
                mail.WrongCodes++;
                return null;
            },
            cancellation
        ) ?? throw NoGood();

    /// <summary>Mails a token to get an account back, where the address is the account's and verified. Never tells which.</summary>
    /// <param name="agent">Null finds the account by its name.</param>
    public Task RequestAsync(
        Id<AgentAccount>? agent,
        string? name,
        string email,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var folded = name?.ToLowerInvariant();
                var account = await db.Set<AgentAccount>()
                    .FirstOrDefaultAsync(row =>
                        row.DeletedAt == null
                        && (agent != null ? row.Id == agent.Value : row.FoldedName == folded)
                    );
                if (
                    account?.EmailVerifiedAt is not null
                    && string.Equals(account.Email, email, StringComparison.OrdinalIgnoreCase)
                )
                    await mails.SendAsync(db, account, MailPurpose.Recovery, time.GetUtcNow());
            },
            cancellation
        );

    /// <summary>Gives an account back to whoever got the mail: a new recovery key, and no token holds. Fails with <see cref="Invalid"/>.</summary>
    public Task<Recovered> ConfirmAsync(
        string token,
        bool revokeKeys,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                var (mail, account) =
                    await FindAsync(db, token, MailPurpose.Recovery) ?? throw NoGood();
                if (!Holds(mail))
                    throw NoGood();
                await AccountMails.VoidAsync(db, account.Id);
                mail.UsedAt = now;
                var secret = CredentialDigests.NewSecret(CredentialDigests.RecoveryKey);
                account.RecoveryDigest = digests.Of(secret);
                var revoked = revokeKeys ? await AgentKeys.RevokeAllAsync(db, account.Id, now) : 0;
                await Tokens.RevokeAllAsync(db, account.Id, now);
                foreach (var part in parts)
                    await part.RecoverAsync(db, account.Id, now);
                await audit.AppendAsync(
                    db,
                    account.Id,
                    "agent.recovered",
                    AuditActor.EmailToken,
                    origin,
                    details: new JsonObject { ["api_keys_revoked"] = revoked }
                );
                await live.EndAsync(db, account.Id);
                return new Recovered(account.Id, secret, revoked, now);
            },
            cancellation
        );

    private async ValueTask<Verified> VerifyAsync(
        Db db,
        AgentAccount account,
        AccountMail mail,
        CallOrigin origin
    )
    {
        var now = time.GetUtcNow();
        mail.UsedAt = now;
        account.EmailVerifiedAt = now;
        await audit.AppendAsync(
            db,
            account.Id,
            "agent.email_verified",
            AuditActor.EmailToken,
            origin
        );
        return new Verified(account.Id, mail.Address, now);
    }

    /// <summary>
    /// The mail that a token came from, and its account, held: so that of two who come with one token the second sees what
    /// the first did. Null when there is none, or the address is no longer the account's.
    /// </summary>
    private async ValueTask<(AccountMail, AgentAccount)?> FindAsync(
        Db db,
        string token,
        MailPurpose purpose
    )
    {
        if (!secrets.TryReadToken(purpose, token, out var id))
            return null;
        var found = db.Set<AccountMail>().Where(row => row.Id == id && row.Purpose == purpose);
        var owner = await found
            .Select(row => (Id<AgentAccount>?)row.AccountId)
            .FirstOrDefaultAsync();
        if (owner is not { } agent || !await OwnAccount.HoldAsync(db, agent))
            return null;
        var account = await AccountAsync(db, agent);
        return await found.FirstOrDefaultAsync() is { } mail && mail.Address == account.Email
            ? (mail, account)
            : null;
    }

    private static Task<AgentAccount> AccountAsync(Db db, Id<AgentAccount> held) =>
        db.Set<AgentAccount>().FirstAsync(row => row.Id == held);

    private bool Holds(AccountMail mail) =>
        mail.UsedAt is null
        && mail.WrongCodes < MostWrongCodes
        && mail.ExpiresAt > time.GetUtcNow();

    private static Invalid NoGood() =>
        new("mailed_secret_invalid", "The token or code is unknown, used, lapsed or wrong.");
}
