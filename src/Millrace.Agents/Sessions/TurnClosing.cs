using Millrace.Agents.Runs;
using Millrace.Core.Failures;
using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>The write that ends a turn: it keeps the answer, its steps and its vectors, and lets the session go.</summary>
internal static class TurnClosing
{
    /// <exception cref="Conflict">Another process has taken the session over.</exception>
    public static async ValueTask WriteAsync(
        Db db,
        OpenTurn turn,
        TurnOutcome outcome,
        string owner,
        DateTimeOffset now
    )
    {
        // A repeat in another process takes the same run over.
        var isOurs = await db.ExecuteAsync(
            """
            UPDATE runs SET state = $1, finished_at = $2, provider = $3, model = $4, prompt_tokens = $5,
                completion_tokens = $6, cost_micro_usd = $7, error = $8 WHERE id = $9 AND owner = $10
            """,
            outcome.State,
            now,
            outcome.Provider,
            outcome.Model,
            outcome.PromptTokens,
            outcome.CompletionTokens,
            outcome.CostMicroUsd,
            outcome.Error,
            turn.Run.Value,
            owner
        );
        if (isOurs == 0)
            throw TakenOver();
        await TurnRows.InsertStepsAsync(db, outcome.Steps);
        if (turn.Session is not { } session)
            return;
        var state = outcome.State is RunState.Completed ? TurnState.Complete : TurnState.Cut;
        // What was kept of a cut answer gives way to the whole one.
        var replaced =
            turn.IsRepeat
            && outcome.Reply is not null
            && await ReplaceAnswerAsync(db, turn, outcome, state);
        var said = outcome.Reply is null || replaced ? 0 : 1;
        var last = await db.FirstAsync(
            """
            UPDATE sessions SET last_turn = last_turn + $1, active_run = NULL, active_until = NULL,
                read_foreign = (read_foreign OR $4)
            WHERE id = $2 AND active_run = $3 RETURNING last_turn
            """,
            row => (long?)row.Int64(0),
            said,
            session.Value,
            turn.Run.Value,
            outcome.ReadForeign
        );
        if (last is null)
            throw TakenOver();
        if (said == 1)
            await TurnRows.InsertTurnAsync(
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
            await TurnRows.UpsertVectorAsync(db, vector);
    }

    private static Conflict TakenOver() =>
        new(
            "session_taken_over",
            "Another server went on with this session. Send the message again."
        );

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
}
