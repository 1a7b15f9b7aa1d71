using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>The tokens that come of one exchange of an API key: the first, and those that it was refreshed by.</summary>
public sealed class TokenFamily : IOwned
{
    public required Id<TokenFamily> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<AgentAccount> AccountId { get; init; }

    public required Id<AgentKey> KeyId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last token that can come of it has expired, so that the row can go.</summary>
    public required DateTimeOffset ForgetAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<TokenFamily>
    {
        public void Configure(EntityTypeBuilder<TokenFamily> builder)
        {
            builder.ToTable("token_families").HasKey(row => row.Id);
            builder.HasIndex(row => new { row.WorkspaceId, row.AccountId });
            builder.HasIndex(row => row.ForgetAt);
        }
    }
}

/// <summary>A token that ends before its time, since another has taken its place. Its id is the token's.</summary>
public sealed class EndedToken : IOwned
{
    public required Id<AccessToken> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    public required DateTimeOffset ForgetAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<EndedToken>
    {
        public void Configure(EntityTypeBuilder<EndedToken> builder)
        {
            builder.ToTable("ended_tokens").HasKey(row => row.Id);
            builder.HasIndex(row => row.ForgetAt);
        }
    }
}

/// <summary>An access token just issued, with the one chance to read it.</summary>
public sealed record AccessToken(string Text, TokenClaims Claims);
