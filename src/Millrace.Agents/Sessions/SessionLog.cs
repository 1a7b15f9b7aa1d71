using Millrace.Agents.Runs;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>
/// Writes sessions down. A turn costs two writes: one that keeps what the user said and claims the session, and one
/// that keeps the answer, its steps and its vectors and lets the session go. A claim is renewed while its run works; one
/// that has run out belonged to a process that died, and its run is closed as cut.
/// </summary>
internal sealed class SessionLog(Store store, TimeProvider time)
{
    /// <summary>How long a turn's claim on its session holds unless it is renewed.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    /// <summary>Tells this process's runs from those of any other, living or dead.</summary>
    public string Owner { get; } =
        $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <summary>How often a claim is renewed.</summary>
    public static TimeSpan RenewEvery => Claim / 3;

    /// <summary>
    /// Opens the next turn of a session, waiting while another process has one open. The same request key again opens
    /// the same turn, or tells of the run that has already answered it.
    /// </summary>
    public async Task<(OpenTurn? Open, Id<Run>? Answered)> OpenAsync(
        Id<Workspace> workspace,
        string handle,
        NewTurn turn,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            var attempt = await store.WriteAsync(
                workspace,
                db => TurnOpening.TryAsync(db, handle, turn, Owner, time.GetUtcNow()),
                cancellation
            );
            if (!attempt.IsBusy)
                return (attempt.Open, attempt.Answered);
            await Task.Delay(Retry, time, cancellation);
        }
    }

    /// <summary>Opens a run that belongs to no session.</summary>
    public Task<OpenTurn> OpenAloneAsync(Id<Workspace> workspace, CancellationToken cancellation) =>
        store.WriteAsync(
            workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                var run = Id<Run>.New(now);
                await TurnRows.InsertRunAsync(db, run, session: null, requestKey: null, Owner, now);
                return new OpenTurn
                {
                    Workspace = workspace,
                    Run = run,
                    StartedAt = now,
                };
            },
            cancellation
        );

    /// <summary>Keeps the session claimed for a long turn. False when the claim was lost.</summary>
    public Task<bool> RenewAsync(OpenTurn turn, CancellationToken cancellation) =>
        store.WriteAsync(
            turn.Workspace,
            async db =>
                await db.ExecuteAsync(
                    """
                    UPDATE sessions SET active_until = $1 WHERE id = $2 AND active_run = $3
                    AND EXISTS (SELECT 1 FROM runs WHERE id = $3 AND owner = $4)
                    """,
                    time.GetUtcNow() + Claim,
                    turn.Session!.Value.Value,
                    turn.Run.Value,
                    Owner
                ) == 1,
            cancellation
        );

    /// <summary>Writes steps that end before the run does.</summary>
    public Task AppendStepsAsync(
        OpenTurn turn,
        IReadOnlyList<Step> steps,
        CancellationToken cancellation
    ) => store.WriteAsync(turn.Workspace, db => TurnRows.InsertStepsAsync(db, steps), cancellation);

    /// <summary>Ends the turn. Fails with <see cref="Conflict"/> when another process has taken the session over.</summary>
    /// <param name="also">What else belongs to the same write.</param>
    public Task CloseAsync(OpenTurn turn, TurnOutcome outcome, Func<Db, ValueTask> also) =>
        store.WriteAsync(
            turn.Workspace,
            async db =>
            {
                await TurnClosing.WriteAsync(db, turn, outcome, Owner, time.GetUtcNow());
                await also(db);
            }
        );
}
