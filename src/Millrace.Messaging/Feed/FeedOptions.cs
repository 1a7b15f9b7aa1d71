using Millrace.Core.Settings;

namespace Millrace.Messaging.Feed;

/// <summary>What agents can read of what happened. (fluxra Appendix B)</summary>
public sealed class FeedOptions : ISection
{
    public static string Name => "Messaging:Feed";

    /// <summary>Hours for which events can be read.</summary>
    public int KeepHours { get; init; } = 24;

    public IEnumerable<string> Validate()
    {
        if (KeepHours is < 1 or > 720)
            yield return $"Millrace:{Name}:KeepHours is {KeepHours}; use 1 to 720.";
    }
}
