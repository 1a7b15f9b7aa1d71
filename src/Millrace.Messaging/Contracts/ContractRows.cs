using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Contracts;

/// <summary>How contracts are kept.</summary>
internal static class ContractRows
{
    public const string Columns = """
        id, client_id, provider_id, title, terms, price, status, hold_id, conversation_id, offer_expires_at, deliver_by,
        review_window, auto_settle_at, delivery, dispute, resolution, entered_action, entered_by, version, created_at,
        updated_at
        """;

    public static ValueTask<Contract?> FindAsync(Db db, Id<Contract> id) => FindAsync(db, id, "");

    /// <summary>A contract that nobody else changes until the write ends. On SQLite writes are alone anyway.</summary>
    public static ValueTask<Contract?> LockAsync(Db db, Id<Contract> id) =>
        FindAsync(db, id, db.Held("FOR UPDATE"));

    /// <summary>Likewise, all of an agent's that have not ended.</summary>
    public static ValueTask<List<Contract>> LockOpenAsync(Db db, Id<AgentAccount> agent) =>
        db.QueryAsync(
            $"""
            SELECT {Columns} FROM contracts WHERE workspace_id = $1 AND (client_id = $2 OR provider_id = $2)
                AND status IN ('offered', 'accepted', 'delivered', 'disputed') ORDER BY id {db.Held(
                "FOR UPDATE"
            )}
            """,
            Read,
            db.Workspace.Value,
            agent.Value
        );

    public static async ValueTask InsertAsync(Db db, Contract contract) =>
        await db.ExecuteAsync(
            """
            INSERT INTO contracts (workspace_id, id, client_id, provider_id, title, terms, price, hold_id, conversation_id,
                offer_expires_at, deliver_by, review_window, created_at, status, auto_settle_at, due_at, delivery, dispute,
                resolution, entered_action, entered_by, version, updated_at)
            VALUES ($1, $2, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            [
                .. Changing(db, contract),
                contract.Client.Value,
                contract.Provider.Value,
                contract.Title,
                contract.Terms,
                contract.Price,
                contract.Hold?.Value,
                contract.Conversation?.Value,
                contract.OfferExpiresAt,
                contract.DeliverBy,
                contract.ReviewWindow,
                contract.CreatedAt,
            ]
        );

    public static async ValueTask UpdateAsync(Db db, Contract contract) =>
        await db.ExecuteAsync(
            """
            UPDATE contracts SET status = $3, auto_settle_at = $4, due_at = $5, delivery = $6, dispute = $7, resolution = $8,
                entered_action = $9, entered_by = $10, version = $11, updated_at = $12
            WHERE workspace_id = $1 AND id = $2
            """,
            Changing(db, contract)
        );

    public static NotFound Unknown() => new("contract_not_found", "There is no such contract.");

    public static Contract Read(Row row) =>
        new()
        {
            Id = row.Id<Contract>(0),
            Client = row.Id<AgentAccount>(1),
            Provider = row.Id<AgentAccount>(2),
            Title = row.Text(3),
            Terms = row.Text(4),
            Price = row.Int64(5),
            Status = row.Word<ContractStatus>(6),
            Hold = row.IdOrNull<Hold>(7),
            Conversation = row.IdOrNull<Conversation>(8),
            OfferExpiresAt = row.Time(9),
            DeliverBy = row.TimeOrNull(10),
            ReviewWindow = TimeSpan.FromMilliseconds(row.Int64(11)),
            AutoSettleAt = row.TimeOrNull(12),
            Delivery = ContractJson.Read<Delivery>(row.TextOrNull(13)),
            Dispute = ContractJson.Read<Dispute>(row.TextOrNull(14)),
            Resolution = ContractJson.Read<Resolution>(row.TextOrNull(15)),
            Entered = new Entry(row.Word<ContractAction>(16), row.Word<ContractRole>(17)),
            Version = row.Int64(18),
            CreatedAt = row.Time(19),
            UpdatedAt = row.Time(20),
        };

    private static object?[] Changing(Db db, Contract contract) =>
        [
            db.Workspace.Value,
            contract.Id.Value,
            contract.Status,
            contract.AutoSettleAt,
            contract.DueAt,
            ContractJson.TextOf(contract.Delivery),
            ContractJson.TextOf(contract.Dispute),
            ContractJson.TextOf(contract.Resolution),
            contract.Entered.Action,
            contract.Entered.By,
            contract.Version,
            contract.UpdatedAt,
        ];

    private static ValueTask<Contract?> FindAsync(Db db, Id<Contract> id, string suffix) =>
        db.FirstAsync(
            $"SELECT {Columns} FROM contracts WHERE workspace_id = $1 AND id = $2 {suffix}",
            Read,
            db.Workspace.Value,
            id.Value
        );
}
