using Millrace.Agents.Runs;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>The rows that turns are written down as.</summary>
internal static class TurnRows
{
    public static async ValueTask InsertRunAsync(
        Db db,
        Id<Run> run,
        Id<Session>? session,
        string? requestKey,
        string owner,
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
            owner,
            now
        );

    public static async ValueTask InsertTurnAsync(
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

    public static async ValueTask InsertStepsAsync(Db db, IReadOnlyList<Step> steps)
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

    public static async ValueTask UpsertVectorAsync(Db db, TurnVector vector) =>
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
}
