using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Agents.Runs;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>A conversation. Its handle is the caller's own word and means nothing outside its workspace.</summary>
public sealed class Session : IOwned
{
    public required Id<Session> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Handle { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; set; }

    /// <summary>Turns are numbered from 1 without gaps.</summary>
    public long LastTurn { get; set; }

    /// <summary>What was said up to turn <see cref="SummaryThrough"/>, shortened.</summary>
    public string Summary { get; set; } = "";

    public long SummaryThrough { get; set; }

    /// <summary>
    /// Whether an answer was given with text in sight that nobody vouches for, which it may repeat. (t-backend §9.7)
    /// </summary>
    public bool ReadForeign { get; set; }

    /// <summary>The run whose turn it is; turns of a session are taken one after another, in any number of processes.</summary>
    public Id<Run>? ActiveRun { get; set; }

    /// <summary>When the active run's claim ends unless its process renews it.</summary>
    public DateTimeOffset? ActiveUntil { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<Session>
    {
        public void Configure(EntityTypeBuilder<Session> builder)
        {
            builder.ToTable("sessions").HasKey(session => session.Id);
            builder.HasIndex(session => new { session.WorkspaceId, session.Handle }).IsUnique();
            builder.HasIndex(session => session.ActiveUntil).HasFilter("active_run IS NOT NULL");
        }
    }
}

public enum TurnRole
{
    User,
    Assistant,
}

public enum TurnState
{
    Complete,

    /// <summary>The answer ended before it was whole; what there was is kept.</summary>
    Cut,
}

/// <summary>One thing said in a session.</summary>
public sealed class Turn : IOwned
{
    public required Id<Session> SessionId { get; init; }

    public required long Number { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<Run> RunId { get; init; }

    public required TurnRole Role { get; init; }

    public required string Text { get; init; }

    /// <summary>How much of a model's window the text takes, as near as can be told without its tokenizer.</summary>
    public required long Tokens { get; init; }

    public required TurnState State { get; init; }

    /// <summary>The caller's own data as JSON, never shown to a model.</summary>
    public string? Meta { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Turn>
    {
        public void Configure(EntityTypeBuilder<Turn> builder) =>
            builder.ToTable("turns").HasKey(turn => new { turn.SessionId, turn.Number });
    }
}

/// <summary>The meaning of a turn that has left the verbatim window, for recall.</summary>
public sealed class TurnVector : IOwned
{
    public required Id<Session> SessionId { get; init; }

    public required long Number { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>The embedding model that made it; vectors of another model are made anew.</summary>
    public required string Model { get; init; }

    /// <summary>A unit vector, one signed byte a dimension.</summary>
    public required byte[] Vector { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<TurnVector>
    {
        public void Configure(EntityTypeBuilder<TurnVector> builder) =>
            builder
                .ToTable("turn_vectors")
                .HasKey(vector => new { vector.SessionId, vector.Number });
    }
}
