using Millrace.Agents.Runs;
using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Agents.Sessions;

/// <summary>What the user said, as it is written down.</summary>
internal sealed record NewTurn(string Text, long Tokens, string? Meta, string? RequestKey);

/// <summary>A turn whose user part is on disk and whose answer is being made.</summary>
internal sealed record OpenTurn
{
    public required Id<Workspace> Workspace { get; init; }

    public required Id<Run> Run { get; init; }

    /// <summary>Null for a turn that is not remembered.</summary>
    public Id<Session>? Session { get; init; }

    /// <summary>The number of the user's turn; those before it are its history.</summary>
    public long Number { get; init; }

    /// <summary>The turn was begun before and not answered, by a process that died or for a caller who left.</summary>
    public bool IsRepeat { get; init; }

    public string Summary { get; init; } = "";

    public long SummaryThrough { get; init; }

    /// <summary>An earlier answer was given with text in sight that nobody vouches for, and may repeat it.</summary>
    public bool FollowsForeign { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
}
