using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Chat;

/// <summary>Gives the answer of a turn that was answered before, for a caller who sends it again.</summary>
internal sealed class TurnReplay(Store store)
{
    public Task<TurnAnswer> ReadAsync(
        TurnRequest request,
        string handle,
        Id<Run> run,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            request.Principal.Workspace,
            async db =>
            {
                var tools = await db.QueryAsync(
                    """
                    SELECT name, COUNT(*), SUM(CASE WHEN ok THEN 1 ELSE 0 END) FROM steps
                    WHERE run_id = $1 AND kind = 'tool' GROUP BY name
                    """,
                    row => (Name: row.Text(0), Calls: row.Int32(1), Ok: row.Int32(2)),
                    run.Value
                );
                var answer = await db.FirstAsync(
                    """
                    SELECT t.text, r.provider, r.model, r.prompt_tokens, r.completion_tokens
                    FROM runs r JOIN turns t ON t.session_id = r.session_id AND t.run_id = r.id AND t.role = 'assistant'
                    WHERE r.workspace_id = $1 AND r.id = $2
                    """,
                    row => new TurnAnswer
                    {
                        Reply = row.Text(0),
                        SessionId = handle,
                        Run = run,
                        UsedTools = tools.ToDictionary(
                            tool => tool.Name,
                            tool => new ToolTally(tool.Calls, tool.Ok, tool.Calls - tool.Ok)
                        ),
                        ReplyJson = request.Structured ? StructuredReply.Parse(row.Text(0)) : null,
                        Provider = row.Text(1),
                        Model = row.Text(2),
                        Usage = new TokenCount(row.Int64(3), row.Int64(4)),
                    },
                    request.Principal.Workspace.Value,
                    run.Value
                );
                return answer
                    ?? throw new InvalidOperationException("A completed run has no answer.");
            },
            cancellation
        );
}
