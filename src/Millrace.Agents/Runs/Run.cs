using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Agents.Sessions;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Runs;

public enum RunState
{
    Running,
    Completed,

    /// <summary>Ended with a plain sentence in place of an answer.</summary>
    Failed,

    /// <summary>The caller left, or the process ended, before the answer was whole.</summary>
    Cut,
}

/// <summary>One piece of work on one input: a loop over a model and tools, whose steps are kept.</summary>
public sealed class Run : IOwned
{
    public required Id<Run> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>The session whose turn this is; null for a run that remembers nothing.</summary>
    public Id<Session>? SessionId { get; init; }

    /// <summary>What the caller named the turn by; null when it did not.</summary>
    public string? RequestKey { get; init; }

    public required RunState State { get; set; }

    /// <summary>The process that works on it.</summary>
    public required string Owner { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public string Provider { get; set; } = "";

    public string Model { get; set; } = "";

    public long PromptTokens { get; set; }

    public long CompletionTokens { get; set; }

    public long CostMicroUsd { get; set; }

    /// <summary>The failure's code, when it failed.</summary>
    public string? Error { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<Run>
    {
        public void Configure(EntityTypeBuilder<Run> builder)
        {
            builder.ToTable("runs").HasKey(run => run.Id);
            builder
                .HasIndex(run => new
                {
                    run.WorkspaceId,
                    run.SessionId,
                    run.RequestKey,
                })
                .IsUnique()
                .HasFilter("request_key IS NOT NULL");
            builder
                .HasIndex(run => new { run.State, run.StartedAt })
                .HasFilter("state = 'running'");
            builder.HasIndex(run => run.StartedAt).HasFilter("session_id IS NULL");
        }
    }
}

public enum StepKind
{
    Model,
    Tool,
}

/// <summary>One call of a model or a tool within a run. Written before the next step begins.</summary>
public sealed class Step : IOwned
{
    public required Id<Run> RunId { get; init; }

    public required long Number { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required StepKind Kind { get; init; }

    /// <summary>The model's or the tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>A tool's arguments as JSON; empty for a model, whose input is the session.</summary>
    public string Input { get; init; } = "";

    /// <summary>What came back: text, or the tool calls that a model asked for as JSON.</summary>
    public required string Output { get; init; }

    public required bool Ok { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Step>
    {
        public void Configure(EntityTypeBuilder<Step> builder) =>
            builder.ToTable("steps").HasKey(step => new { step.RunId, step.Number });
    }
}
