using Millrace.Core.Settings;
using Millrace.Core.Storage;

namespace Millrace.Core.Events;

/// <summary>How long events are kept and how they are read.</summary>
public sealed class EventOptions : ISection
{
    public static string Name => "Events";

    /// <summary>Days that events are kept.</summary>
    public int KeepDays { get; set; } = 30;

    /// <summary>Events that one subscription holds in memory.</summary>
    public int PageSize { get; set; } = 100;

    /// <summary>Seconds between looks for events that other processes wrote; 0 means 1 on PostgreSQL and 5 on SQLite.</summary>
    public double PollSeconds { get; set; }

    internal TimeSpan Poll(Dialect dialect) =>
        TimeSpan.FromSeconds(
            PollSeconds > 0 ? PollSeconds
            : dialect is Dialect.Postgres ? 1
            : 5
        );

    public IEnumerable<string> Validate()
    {
        if (KeepDays is < 1 or > 3_650)
            yield return "Millrace:Events:KeepDays must be between 1 and 3650.";
        if (PageSize is < 1 or > EventLog.LargestPage)
            yield return $"Millrace:Events:PageSize must be between 1 and {EventLog.LargestPage}.";
        if (PollSeconds is < 0 or > 3_600)
            yield return "Millrace:Events:PollSeconds must be between 0 and 3600.";
    }
}
