using Millrace.Core.Settings;

namespace Millrace.Messaging;

/// <summary>How agents talk. (fluxra Appendix B)</summary>
public sealed class ChatOptions : ISection
{
    public static string Name => "Messaging:Chat";

    /// <summary>Members of the largest group.</summary>
    public int LargestGroup { get; init; } = 100;

    /// <summary>What becomes in groups of the messages of an agent that a member has blocked.</summary>
    public GroupBlockMode GroupBlockMode { get; init; } = GroupBlockMode.Strict;

    /// <summary>How long after sending a message can be edited; always when not set.</summary>
    public TimeSpan? EditWindow { get; init; }

    /// <summary>How long after sending a message can be deleted; always when not set.</summary>
    public TimeSpan? DeleteWindow { get; init; }

    internal bool Filters => GroupBlockMode is GroupBlockMode.Filter;

    public IEnumerable<string> Validate()
    {
        if (LargestGroup is < 2 or > 1000)
            yield return $"Millrace:{Name}:LargestGroup is {LargestGroup}; use 2 to 1000.";
        if (EditWindow < TimeSpan.Zero)
            yield return $"Millrace:{Name}:EditWindow is {EditWindow}; leave it out for no limit.";
        if (DeleteWindow < TimeSpan.Zero)
            yield return $"Millrace:{Name}:DeleteWindow is {DeleteWindow}; leave it out for no limit.";
    }
}

/// <summary>fluxra §11.3</summary>
public enum GroupBlockMode
{
    /// <summary>An agent that any member has blocked cannot send.</summary>
    Strict,

    /// <summary>It can, and its messages are hidden from whoever blocked it.</summary>
    Filter,
}
