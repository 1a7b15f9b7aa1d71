using Millrace.Core.Settings;
using Millrace.Core.Storage;

namespace Millrace.Core.Work;

/// <summary>How work in the background is done.</summary>
public sealed class WorkOptions : ISection
{
    public static string Name => "Work";

    /// <summary>Items that run at the same time in one process.</summary>
    public int Parallelism { get; set; } = Math.Max(4, Environment.ProcessorCount * 2);

    /// <summary>Attempts until an item that asks for no other number is dead.</summary>
    public int MaxAttempts { get; set; } = 8;

    /// <summary>Seconds between looks for items that other processes queued; 0 means 1 on PostgreSQL and 5 on SQLite.</summary>
    public double PollSeconds { get; set; }

    /// <summary>Days that finished items can still be looked at.</summary>
    public int KeepDays { get; set; } = 7;

    internal TimeSpan Poll(Dialect dialect) =>
        TimeSpan.FromSeconds(
            PollSeconds > 0 ? PollSeconds
            : dialect is Dialect.Postgres ? 1
            : 5
        );

    public IEnumerable<string> Validate()
    {
        if (Parallelism is < 1 or > 1_024)
            yield return "Millrace:Work:Parallelism must be between 1 and 1024.";
        if (MaxAttempts is < 1 or > 100)
            yield return "Millrace:Work:MaxAttempts must be between 1 and 100.";
        if (PollSeconds is < 0 or > 3_600)
            yield return "Millrace:Work:PollSeconds must be between 0 and 3600.";
        if (KeepDays is < 1 or > 3_650)
            yield return "Millrace:Work:KeepDays must be between 1 and 3650.";
    }
}
