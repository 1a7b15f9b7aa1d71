using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Mail;

/// <summary>What a mail is for.</summary>
public enum MailPurpose
{
    Verification,
    Recovery,

    /// <summary>Tells that the recovery key was changed.</summary>
    KeyRotated,
}

/// <summary>A mail to an account's owner. What is secret in it is derived from its id when it is written, and stored nowhere.</summary>
public sealed class AccountMail : IOwned
{
    public required Id<AccountMail> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<AgentAccount> AccountId { get; init; }

    public required MailPurpose Purpose { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when what is in it can be used, and it may still be sent.</summary>
    public required DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    public long WrongCodes { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<AccountMail>
    {
        public void Configure(EntityTypeBuilder<AccountMail> builder)
        {
            builder.ToTable("account_mails").HasKey(row => row.Id);
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.AccountId,
                row.Id,
            });
            builder.HasIndex(row => row.ExpiresAt);
        }
    }
}
