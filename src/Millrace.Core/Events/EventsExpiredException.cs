namespace Millrace.Core.Events;

/// <summary>A subscription fell so far behind that retention removed what it would have read next.</summary>
public sealed class EventsExpiredException(string subject, long resumeAfter)
    : Exception(
        $"Events of {subject} up to number {resumeAfter} are no longer kept. Read on after that number."
    )
{
    /// <summary>The sequence number behind which reading can go on.</summary>
    public long ResumeAfter { get; } = resumeAfter;
}
