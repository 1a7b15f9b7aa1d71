using Millrace.Agents.Runs;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>The write that begins a turn: it keeps what the user said and claims the session.</summary>
internal static class TurnOpening
{
    // t-backend §4
    private static readonly TimeSpan RequestKeyLifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// Opens the next turn of a session unless another process has one open. The same request key again opens the same
    /// turn, or tells of the run that has already answered it.
    /// </summary>
    public static async ValueTask<Opening> TryAsync(
        Db db,
        string handle,
        NewTurn turn,
        string owner,
        DateTimeOffset now
    )
    {
        var session = await TouchAsync(db, handle, now);
        var known = turn.RequestKey is null
            ? null
            : await KnownAsync(db, session.Id, turn.RequestKey, now);
        if (known is not null && known.Text != StoredText.Of(turn.Text))
        {
            throw new Conflict(
                "idempotency_key_reused",
                "This request id belongs to another message of the session. Give each message an id of its own."
            );
        }
        if (known is { State: RunState.Completed })
            return new Opening(Answered: known.Run);
        if (session.ActiveRun is { } active && session.ActiveUntil > now)
            return new Opening(IsBusy: true);
        if (session.ActiveRun is { } abandoned)
            await CutAsync(db, abandoned, now);

        var run = known?.Run ?? Id<Run>.New(now);
        var number = known?.Number ?? session.LastTurn + 1;
        if (known is null)
        {
            await TurnRows.InsertRunAsync(db, run, session.Id, turn.RequestKey, owner, now);
            await TurnRows.InsertTurnAsync(
                db,
                session.Id,
                number,
                run,
                TurnRole.User,
                turn.Text,
                turn.Tokens,
                turn.Meta,
                TurnState.Complete,
                now
            );
        }
        else
        {
            await db.ExecuteAsync(
                "UPDATE runs SET state = 'running', owner = $1 WHERE id = $2",
                owner,
                run.Value
            );
            await db.ExecuteAsync("DELETE FROM steps WHERE run_id = $1", run.Value);
        }
        await db.ExecuteAsync(
            "UPDATE sessions SET last_turn = $1, active_run = $2, active_until = $3 WHERE id = $4",
            Math.Max(number, session.LastTurn),
            run.Value,
            now + SessionLog.Claim,
            session.Id.Value
        );
        return new Opening(
            Open: new OpenTurn
            {
                Workspace = db.Workspace,
                Run = run,
                Session = session.Id,
                Number = number,
                IsRepeat = known is not null,
                Summary = session.Summary,
                SummaryThrough = session.SummaryThrough,
                FollowsForeign = session.ReadForeign,
                StartedAt = now,
            }
        );
    }

    private static async ValueTask<Found> TouchAsync(Db db, string handle, DateTimeOffset now) =>
        (
            await db.FirstAsync(
                """
                INSERT INTO sessions (id, workspace_id, handle, created_at, last_used_at, last_turn, summary, summary_through)
                VALUES ($1, $2, $3, $4, $4, 0, '', 0)
                ON CONFLICT (workspace_id, handle) DO UPDATE SET last_used_at = excluded.last_used_at
                RETURNING id, last_turn, summary, summary_through, active_run, active_until, read_foreign
                """,
                row => new Found(
                    row.Id<Session>(0),
                    row.Int64(1),
                    row.Text(2),
                    row.Int64(3),
                    row.IdOrNull<Run>(4),
                    row.TimeOrNull(5),
                    row.Flag(6)
                ),
                Id<Session>.New(now).Value,
                db.Workspace.Value,
                handle,
                now
            )
        )!;

    /// <summary>The turn that was begun under the key, unless the key's time is over: then it is free again.</summary>
    private static async ValueTask<Known?> KnownAsync(
        Db db,
        Id<Session> session,
        string requestKey,
        DateTimeOffset now
    )
    {
        var known = await db.FirstAsync(
            """
            SELECT r.id, r.state, t.number, t.text, r.started_at
            FROM runs r JOIN turns t ON t.session_id = r.session_id AND t.run_id = r.id
            WHERE r.workspace_id = $1 AND r.session_id = $2 AND r.request_key = $3 AND t.role = 'user'
            """,
            row => new Known(
                row.Id<Run>(0),
                row.Word<RunState>(1),
                row.Int64(2),
                row.Text(3),
                row.Time(4)
            ),
            db.Workspace.Value,
            session.Value,
            requestKey
        );
        if (known is null || now - known.StartedAt < RequestKeyLifetime)
            return known;
        await db.ExecuteAsync("UPDATE runs SET request_key = NULL WHERE id = $1", known.Run.Value);
        return null;
    }

    private static async ValueTask CutAsync(Db db, Id<Run> run, DateTimeOffset now) =>
        await db.ExecuteAsync(
            "UPDATE runs SET state = 'cut', finished_at = $1 WHERE id = $2 AND state = 'running'",
            now,
            run.Value
        );

    private sealed record Found(
        Id<Session> Id,
        long LastTurn,
        string Summary,
        long SummaryThrough,
        Id<Run>? ActiveRun,
        DateTimeOffset? ActiveUntil,
        bool ReadForeign
    );

    private sealed record Known(
        Id<Run> Run,
        RunState State,
        long Number,
        string Text,
        DateTimeOffset StartedAt
    );
}

/// <summary>What came of trying to open a turn: it is open, or was answered before, or the session is busy elsewhere.</summary>
internal sealed record Opening(
    OpenTurn? Open = null,
    Id<Run>? Answered = null,
    bool IsBusy = false
);
