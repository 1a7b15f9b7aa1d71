using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>A code that lets one agent register where registration is by invitation.</summary>
public sealed class Invitation : IOwned
{
    public required Id<Invitation> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>Keyed digest of the code.</summary>
    public required byte[] Digest { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public Id<AgentAccount>? UsedBy { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Invitation>
    {
        public void Configure(EntityTypeBuilder<Invitation> builder)
        {
            builder.ToTable("agent_invitations").HasKey(row => row.Id);
            builder.HasIndex(row => row.Digest).IsUnique();
            builder.HasIndex(row => row.ExpiresAt);
        }
    }
}

/// <summary>Makes invitations, for the operator, and takes them in.</summary>
public sealed class Invitations(
    Store store,
    MessagingHome home,
    CredentialDigests digests,
    TimeProvider time
)
{
    /// <summary>A new code, which can be read only now.</summary>
    public Task<string> CreateAsync(TimeSpan lifetime, CancellationToken cancellation = default)
    {
        var code = CredentialDigests.NewSecret(CredentialDigests.Invitation);
        var now = time.GetUtcNow();
        return store.WriteAsync(
            home.Workspace,
            db =>
            {
                db.Set<Invitation>()
                    .Add(
                        new Invitation
                        {
                            Id = Id<Invitation>.New(now),
                            WorkspaceId = home.Workspace,
                            Digest = digests.Of(code),
                            CreatedAt = now,
                            ExpiresAt = now + lifetime,
                        }
                    );
                return ValueTask.FromResult(code);
            },
            cancellation
        );
    }

    /// <summary>Uses a code up for an account, within the write that makes it.</summary>
    internal async ValueTask UseAsync(Db db, string? code, Id<AgentAccount> account)
    {
        if (code is null)
            throw new Forbidden(
                "invitation_missing",
                "Registration is by invitation: send the code that the operator gave you as invitation_code."
            );
        var used = await db.ExecuteAsync(
            """
            UPDATE agent_invitations SET used_by = $1
            WHERE workspace_id = $2 AND digest = $3 AND used_by IS NULL AND expires_at > $4
            """,
            account.Value,
            home.Workspace.Value,
            digests.Of(code),
            time.GetUtcNow()
        );
        if (used == 0)
            throw new Forbidden(
                "invitation_invalid",
                "The invitation is unknown, used or lapsed. Ask the operator for another."
            );
    }
}
