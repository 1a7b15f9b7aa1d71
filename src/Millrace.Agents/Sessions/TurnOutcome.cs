using Millrace.Agents.Runs;

namespace Millrace.Agents.Sessions;

/// <summary>The answer to one turn, as it is written down.</summary>
internal sealed record TurnOutcome
{
    public required RunState State { get; init; }

    /// <summary>What was said; null when nothing was that should be remembered.</summary>
    public string? Reply { get; init; }

    public long ReplyTokens { get; init; }

    public string Provider { get; init; } = "";

    public string Model { get; init; } = "";

    public long PromptTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long CostMicroUsd { get; init; }

    public string? Error { get; init; }

    /// <summary>Text that nobody vouches for was in sight, so that the reply may repeat it.</summary>
    public bool ReadForeign { get; init; }

    /// <summary>Steps that are not yet on disk.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>Vectors made on the way for turns that have left the window.</summary>
    public IReadOnlyList<TurnVector> Vectors { get; init; } = [];
}
