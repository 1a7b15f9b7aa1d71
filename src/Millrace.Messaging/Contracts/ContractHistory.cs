using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Contracts;

/// <summary>One change of a contract. Written once.</summary>
/// <param name="Number">The contract's version that it made.</param>
/// <param name="Agent">The party who made it; null when it was the operator or the server.</param>
/// <param name="From">Null for the offer.</param>
public sealed record ContractChange(
    long Number,
    ContractAction Action,
    ContractRole By,
    Id<AgentAccount>? Agent,
    ContractStatus? From,
    ContractStatus To,
    string? Reason,
    DateTimeOffset At
);

/// <summary>What was changed of each contract, by whom and why.</summary>
internal static class ContractHistory
{
    public static async ValueTask AppendAsync(
        Db db,
        Id<Contract> contract,
        ContractChange change
    ) =>
        await db.ExecuteAsync(
            """
            INSERT INTO contract_changes (workspace_id, contract_id, number, action, by_role, agent_id, from_status,
                to_status, reason, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            db.Workspace.Value,
            contract.Value,
            change.Number,
            change.Action,
            change.By,
            change.Agent?.Value,
            change.From,
            change.To,
            change.Reason,
            change.At
        );

    /// <summary>Oldest first.</summary>
    public static ValueTask<List<ContractChange>> ListAsync(
        Db db,
        Id<Contract> contract,
        long after,
        int limit
    ) =>
        db.QueryAsync(
            """
            SELECT number, action, by_role, agent_id, from_status, to_status, reason, created_at FROM contract_changes
            WHERE workspace_id = $1 AND contract_id = $2 AND number > $3 ORDER BY number LIMIT $4
            """,
            row => new ContractChange(
                row.Int64(0),
                row.Word<ContractAction>(1),
                row.Word<ContractRole>(2),
                row.IdOrNull<AgentAccount>(3),
                row.IsNull(4) ? null : row.Word<ContractStatus>(4),
                row.Word<ContractStatus>(5),
                row.TextOrNull(6),
                row.Time(7)
            ),
            db.Workspace.Value,
            contract.Value,
            after,
            (long)limit
        );
}
