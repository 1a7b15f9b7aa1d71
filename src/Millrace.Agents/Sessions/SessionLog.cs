using Millrace.Agents.Runs;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

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

    public required DateTimeOffset StartedAt { get; init; }
}

/// <summary>The answer to one turn, as it is written down.</summary>
internal sealed record TurnOutcome
{
    public required RunState State { get; init; }

    /// <summary>What was said; null when nothing was that should be remembered.</summary>
    public string? Reply { get; init; }

    public long ReplyTokens { get; init; }

    public string Provider { get; init; } = "";

    public string Model { get; init; } = "";

    public long PromptTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long CostMicroUsd { get; init; }

    public string? Error { get; init; }

    /// <summary>Steps that are not yet on disk.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>Vectors made on the way for turns that have left the window.</summary>
    public IReadOnlyList<TurnVector> Vectors { get; init; } = [];
}

/// <summary>
/// Writes sessions down. A turn costs two writes: one that keeps what the user said and claims the session, and one
/// that keeps the answer, its steps and its vectors and lets the session go. A claim is renewed while its run works; one
/// that has run out belonged to a process that died, and its run is closed as cut.
/// </summary>
internal sealed class SessionLog(Store store, TimeProvider time)
{
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(30);

    // A run without a session claims nothing; after this long its process must be gone.
    private static readonly TimeSpan OldestAlone = TimeSpan.FromMinutes(15);
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
                db => TryOpenAsync(db, handle, turn),
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
                await InsertRunAsync(db, run, session: null, requestKey: null, now);
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
                    "UPDATE sessions SET active_until = $1 WHERE id = $2 AND active_run = $3",
                    time.GetUtcNow() + Claim,
                    turn.Session!.Value.Value,
                    turn.Run.Value
                ) == 1,
            cancellation
        );

    /// <summary>Writes steps that end before the run does.</summary>
    public Task AppendStepsAsync(
        OpenTurn turn,
        IReadOnlyList<Step> steps,
        CancellationToken cancellation
    ) => store.WriteAsync(turn.Workspace, db => InsertStepsAsync(db, steps), cancellation);

    /// <summary>Ends the turn. Fails with <see cref="Conflict"/> when another process has taken the session over.</summary>
    /// <param name="also">What else belongs to the same write.</param>
    public Task CloseAsync(OpenTurn turn, TurnOutcome outcome, Func<Db, ValueTask> also) =>
        store.WriteAsync(
            turn.Workspace,
            async db =>
            {
                await CloseAsync(db, turn, outcome);
                await also(db);
            }
        );

    /// <summary>
    /// Closes what a dead process left open. On SQLite there is one server process, so whatever is open at its start is
    /// left over; on PostgreSQL others may be at work, so only what nobody renews is.
    /// </summary>
    public Task CloseAbandonedAsync(CancellationToken cancellation) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var now = time.GetUtcNow();
                if (db.Dialect is Dialect.Sqlite)
                {
                    await db.ExecuteAsync(
                        "UPDATE runs SET state = 'cut', finished_at = $1 WHERE state = 'running'",
                        now
                    );
                    await db.ExecuteAsync(
                        "UPDATE sessions SET active_run = NULL WHERE active_run IS NOT NULL"
                    );
                    return;
                }
                await db.ExecuteAsync(
                    "UPDATE sessions SET active_run = NULL WHERE active_until < $1",
                    now
                );
                await db.ExecuteAsync(
                    """
                    UPDATE runs SET state = 'cut', finished_at = $1 WHERE state = 'running' AND started_at < $2
                    AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = runs.session_id AND s.active_run = runs.id)
                    """,
                    now,
                    now - OldestAlone
                );
            },
            cancellation
        );

    private async ValueTask<Attempt> TryOpenAsync(Db db, string handle, NewTurn turn)
    {
        var now = time.GetUtcNow();
        var session = await TouchAsync(db, handle, now);
        var known = turn.RequestKey is null
            ? null
            : await KnownAsync(db, session.Id, turn.RequestKey);
        if (known is not null && known.Text != turn.Text)
        {
            throw new Conflict(
                "idempotency_key_reused",
                "This request id belongs to another message of the session. Give each message an id of its own."
            );
        }
        if (known is { State: RunState.Completed })
            return new Attempt(Answered: known.Run);
        if (session.ActiveRun is { } active && session.ActiveUntil > now)
            return new Attempt(IsBusy: true);
        if (session.ActiveRun is { } abandoned)
            await CutAsync(db, abandoned, now);

        var run = known?.Run ?? Id<Run>.New(now);
        var number = known?.Number ?? session.LastTurn + 1;
        if (known is null)
        {
            await InsertRunAsync(db, run, session.Id, turn.RequestKey, now);
            await InsertTurnAsync(
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
                Owner,
                run.Value
            );
            await db.ExecuteAsync("DELETE FROM steps WHERE run_id = $1", run.Value);
        }
        await db.ExecuteAsync(
            "UPDATE sessions SET last_turn = $1, active_run = $2, active_until = $3 WHERE id = $4",
            Math.Max(number, session.LastTurn),
            run.Value,
            now + Claim,
            session.Id.Value
        );
        return new Attempt(
            Open: new OpenTurn
            {
                Workspace = db.Workspace,
                Run = run,
                Session = session.Id,
                Number = number,
                IsRepeat = known is not null,
                Summary = session.Summary,
                SummaryThrough = session.SummaryThrough,
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
                RETURNING id, last_turn, summary, summary_through, active_run, active_until
                """,
                row => new Found(
                    row.Id<Session>(0),
                    row.Int64(1),
                    row.Text(2),
                    row.Int64(3),
                    row.IdOrNull<Run>(4),
                    row.TimeOrNull(5)
                ),
                Id<Session>.New(now).Value,
                db.Workspace.Value,
                handle,
                now
            )
        )!;

    private static ValueTask<Known?> KnownAsync(Db db, Id<Session> session, string requestKey) =>
        db.FirstAsync(
            """
            SELECT r.id, r.state, t.number, t.text FROM runs r JOIN turns t ON t.session_id = r.session_id AND t.run_id = r.id
            WHERE r.workspace_id = $1 AND r.session_id = $2 AND r.request_key = $3 AND t.role = 'user'
            """,
            row => new Known(row.Id<Run>(0), row.Word<RunState>(1), row.Int64(2), row.Text(3)),
            db.Workspace.Value,
            session.Value,
            requestKey
        );

    private async ValueTask CloseAsync(Db db, OpenTurn turn, TurnOutcome outcome)
    {
        var now = time.GetUtcNow();
        await InsertStepsAsync(db, outcome.Steps);
        await db.ExecuteAsync(
            """
            UPDATE runs SET state = $1, finished_at = $2, provider = $3, model = $4, prompt_tokens = $5,
                completion_tokens = $6, cost_micro_usd = $7, error = $8 WHERE id = $9
            """,
            outcome.State,
            now,
            outcome.Provider,
            outcome.Model,
            outcome.PromptTokens,
            outcome.CompletionTokens,
            outcome.CostMicroUsd,
            outcome.Error,
            turn.Run.Value
        );
        if (turn.Session is not { } session)
            return;
        var state = outcome.State is RunState.Cut ? TurnState.Cut : TurnState.Complete;
        // What was kept of a cut answer gives way to the whole one.
        var replaced =
            turn.IsRepeat
            && outcome.Reply is not null
            && await ReplaceAnswerAsync(db, turn, outcome, state);
        var said = outcome.Reply is null || replaced ? 0 : 1;
        var last = await db.FirstAsync(
            """
            UPDATE sessions SET last_turn = last_turn + $1, active_run = NULL, active_until = NULL
            WHERE id = $2 AND active_run = $3 RETURNING last_turn
            """,
            row => (long?)row.Int64(0),
            said,
            session.Value,
            turn.Run.Value
        );
        if (last is null)
            throw new Conflict(
                "session_taken_over",
                "Another server went on with this session. Send the message again."
            );
        if (said == 1)
            await InsertTurnAsync(
                db,
                session,
                last.Value,
                turn.Run,
                TurnRole.Assistant,
                outcome.Reply!,
                outcome.ReplyTokens,
                null,
                state,
                now
            );
        foreach (var vector in outcome.Vectors)
            await UpsertVectorAsync(db, vector);
    }

    private static async ValueTask<bool> ReplaceAnswerAsync(
        Db db,
        OpenTurn turn,
        TurnOutcome outcome,
        TurnState state
    ) =>
        await db.ExecuteAsync(
            """
            UPDATE turns SET text = $1, tokens = $2, state = $3
            WHERE session_id = $4 AND run_id = $5 AND role = 'assistant'
            """,
            outcome.Reply,
            outcome.ReplyTokens,
            state,
            turn.Session!.Value.Value,
            turn.Run.Value
        ) == 1;

    private static async ValueTask CutAsync(Db db, Id<Run> run, DateTimeOffset now) =>
        await db.ExecuteAsync(
            "UPDATE runs SET state = 'cut', finished_at = $1 WHERE id = $2 AND state = 'running'",
            now,
            run.Value
        );

    private async ValueTask InsertRunAsync(
        Db db,
        Id<Run> run,
        Id<Session>? session,
        string? requestKey,
        DateTimeOffset now
    ) =>
        await db.ExecuteAsync(
            """
            INSERT INTO runs (id, workspace_id, session_id, request_key, state, owner, started_at, provider, model,
                prompt_tokens, completion_tokens, cost_micro_usd)
            VALUES ($1, $2, $3, $4, 'running', $5, $6, '', '', 0, 0, 0)
            """,
            run.Value,
            db.Workspace.Value,
            session?.Value,
            requestKey,
            Owner,
            now
        );

    private static async ValueTask InsertTurnAsync(
        Db db,
        Id<Session> session,
        long number,
        Id<Run> run,
        TurnRole role,
        string text,
        long tokens,
        string? meta,
        TurnState state,
        DateTimeOffset now
    ) =>
        await db.ExecuteAsync(
            """
            INSERT INTO turns (session_id, number, workspace_id, run_id, role, text, tokens, state, meta, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            session.Value,
            number,
            db.Workspace.Value,
            run.Value,
            role,
            text,
            tokens,
            state,
            meta,
            now
        );

    private static async ValueTask InsertStepsAsync(Db db, IReadOnlyList<Step> steps)
    {
        foreach (var step in steps)
        {
            await db.ExecuteAsync(
                """
                INSERT INTO steps (run_id, number, workspace_id, kind, name, input, output, ok, started_at, finished_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
                step.RunId.Value,
                step.Number,
                step.WorkspaceId.Value,
                step.Kind,
                step.Name,
                step.Input,
                step.Output,
                step.Ok,
                step.StartedAt,
                step.FinishedAt
            );
        }
    }

    private static async ValueTask UpsertVectorAsync(Db db, TurnVector vector) =>
        await db.ExecuteAsync(
            """
            INSERT INTO turn_vectors (session_id, number, workspace_id, model, vector) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (session_id, number) DO UPDATE SET model = excluded.model, vector = excluded.vector
            """,
            vector.SessionId.Value,
            vector.Number,
            vector.WorkspaceId.Value,
            vector.Model,
            vector.Vector
        );

    private sealed record Attempt(
        OpenTurn? Open = null,
        Id<Run>? Answered = null,
        bool IsBusy = false
    );

    private sealed record Found(
        Id<Session> Id,
        long LastTurn,
        string Summary,
        long SummaryThrough,
        Id<Run>? ActiveRun,
        DateTimeOffset? ActiveUntil
    );

    private sealed record Known(Id<Run> Run, RunState State, long Number, string Text);
}

/// <summary>What the user said, as it is written down.</summary>
internal sealed record NewTurn(string Text, long Tokens, string? Meta, string? RequestKey);
