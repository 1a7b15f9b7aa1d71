namespace Millrace.Core.Webhooks;

/// <summary>When a delivery that failed is tried again: from seconds to a day, over three days in all.</summary>
internal static class WebhookSchedule
{
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(24);

    /// <summary>The wait after that many attempts, or longer when the receiver asks for it; null when it is given up.</summary>
    public static TimeSpan? After(long attempts, TimeSpan? asked)
    {
        if (attempts > Delays.Length)
            return null;
        // A tenth more or less, so that what failed together does not return together.
        var delay = Delays[attempts - 1] * (0.9 + Random.Shared.NextDouble() / 5);
        return asked > delay
            ? TimeSpan.FromTicks(Math.Min(asked.Value.Ticks, LongestAsked.Ticks))
            : delay;
    }
}
