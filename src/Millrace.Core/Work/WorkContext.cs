using Millrace.Core.Failures;
using Millrace.Core.Storage;

namespace Millrace.Core.Work;

/// <summary>Does the items of one kind. Registered as a singleton of this interface.</summary>
public interface IWorkHandler
{
    /// <summary>The kind, such as <c>background.run</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// Does one item. It may run again after a crash, so its effects are made once by what it writes. The token is
    /// cancelled when the item is cancelled or its lease is lost, and when the process has to end. An exception fails
    /// the attempt; <see cref="Limited"/> and <see cref="Unavailable"/> say when to try again.
    /// </summary>
    Task RunAsync(WorkContext work, CancellationToken cancellation);
}

/// <summary>One attempt at one item.</summary>
public sealed class WorkContext
{
    private readonly WorkLease _lease;
    private readonly WorkLeases _leases;

    internal WorkContext(WorkLease lease, WorkLeases leases, CancellationToken stopping) =>
        (_lease, _leases, Stopping) = (lease, leases, stopping);

    public WorkItem Item => _lease.Item;

    /// <summary>
    /// Cancelled as soon as the process is asked to end. A handler that can stop between two steps throws then, and
    /// the item is handed back; others have ten seconds.
    /// </summary>
    public CancellationToken Stopping { get; }

    /// <summary>Notes how far the work has come, 0 to 100.</summary>
    public async Task ReportAsync(
        int percent,
        string note = "",
        CancellationToken cancellation = default
    )
    {
        if (!await _leases.ReportAsync(_lease, percent, note, cancellation))
            throw Lost();
    }

    /// <summary>
    /// Marks the item done in the same write as its result, so that there is one result however often the item runs.
    /// Fails with <see cref="Conflict"/>, and the write with it, when the item belongs to somebody else by now.
    /// </summary>
    public async ValueTask FinishAsync(Db db)
    {
        if (!await _leases.FinishAsync(db, _lease))
            throw Lost();
        db.AfterCommit(() => _lease.IsFinished = true);
    }

    /// <summary>
    /// Ends the attempt because what it needs first is still under way: it is none, and another follows after this time.
    /// The handler returns then.
    /// </summary>
    public Task PostponeAsync(TimeSpan wait) => _leases.PostponeAsync(_lease, wait);

    private static Conflict Lost() =>
        new("work_lease_lost", "The work item was cancelled or is run elsewhere.");
}
