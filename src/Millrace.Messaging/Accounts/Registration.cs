using System.Text.Json.Nodes;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Mail;

namespace Millrace.Messaging.Accounts;

/// <summary>What a new agent says of itself.</summary>
/// <param name="InvitationCode">Needed where registration is by invitation.</param>
public sealed record NewAgent(
    string Name,
    string? Email,
    AgentMetadata Metadata,
    string? InvitationCode
);

/// <summary>What an agent says of itself to nobody but the operator.</summary>
public sealed record AgentMetadata(string? Description, string? Owner, string? Version);

/// <summary>An account just made, with the one chance to read its recovery key.</summary>
/// <param name="VerificationEnds">Null when no verification was mailed.</param>
public sealed record Registered(
    AgentAccount Account,
    string RecoveryKey,
    DateTimeOffset? VerificationEnds
);

/// <summary>Makes accounts. (fluxra §8.1)</summary>
public sealed class Registration(
    Store store,
    MessagingHome home,
    CredentialDigests digests,
    Invitations invitations,
    AccountMails mails,
    IEnumerable<IAccountPart> parts,
    AgentAuditLog audit,
    AccountOptions options,
    TimeProvider time
)
{
    /// <summary>
    /// Fails with <see cref="Forbidden"/> when registration is closed or the invitation is no good, <see cref="Conflict"/>
    /// when the name is or was another agent's.
    /// </summary>
    public Task<Registered> RegisterAsync(
        NewAgent agent,
        CallOrigin origin,
        CancellationToken cancellation = default
    )
    {
        if (options.Registration == RegistrationMode.Closed)
            throw new Forbidden("registration_closed", "This server takes no new agents.");
        var now = time.GetUtcNow();
        var recoveryKey = CredentialDigests.NewSecret(CredentialDigests.RecoveryKey);
        var account = new AgentAccount
        {
            Id = Id<AgentAccount>.New(now),
            WorkspaceId = home.Workspace,
            Name = agent.Name,
            FoldedName = agent.Name.ToLowerInvariant(),
            Email = agent.Email,
            Description = agent.Metadata.Description,
            Owner = agent.Metadata.Owner,
            Version = agent.Metadata.Version,
            RecoveryDigest = digests.Of(recoveryKey),
            CreatedAt = now,
        };
        return store.WriteAsync(
            home.Workspace,
            async db =>
            {
                if (options.Registration == RegistrationMode.Invitation)
                    await invitations.UseAsync(db, agent.InvitationCode, account.Id);
                await AddAsync(db, account);
                var ends = await mails.SendAsync(db, account, MailPurpose.Verification, now);
                await audit.AppendAsync(
                    db,
                    account.Id,
                    "agent.registered",
                    AuditActor.System,
                    origin,
                    details: new JsonObject { ["agent_name"] = agent.Name }
                );
                foreach (var part in parts)
                    await part.OpenAsync(db, account.Id, now);
                return new Registered(account, recoveryKey, ends);
            },
            cancellation
        );
    }

    private static async ValueTask AddAsync(Db db, AgentAccount account)
    {
        var added = await db.ExecuteAsync(
            """
            INSERT INTO agent_accounts
              (id, workspace_id, name, folded_name, email, description, owner, version, recovery_digest, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (workspace_id, folded_name) DO NOTHING
            """,
            account.Id.Value,
            account.WorkspaceId.Value,
            account.Name,
            account.FoldedName,
            account.Email,
            account.Description,
            account.Owner,
            account.Version,
            account.RecoveryDigest,
            account.CreatedAt
        );
        if (added == 0)
            throw new Conflict("name_taken", "An agent of this name exists or existed already.");
    }
}
