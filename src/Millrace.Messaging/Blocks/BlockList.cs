using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Blocks;

/// <summary>What each agent keeps out, for it alone to see. (fluxra §14)</summary>
public sealed class BlockList(
    Store store,
    MessagingHome home,
    Discounts discounts,
    AgentAuditLog audit,
    EventLog events,
    TimeProvider time
)
{
    /// <exception cref="Invalid"><c>target_invalid</c>: not there, oneself, or no group that the agent is a member of.</exception>
    /// <exception cref="Conflict">The agent has blocked it already.</exception>
    public Task<Block> AddAsync(
        AgentCaller caller,
        BlockTarget type,
        Guid target,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                var block = new Block
                {
                    Id = Id<Block>.New(now),
                    Owner = caller.Account,
                    TargetType = type,
                    Target = target,
                    CreatedAt = now,
                };
                if (!await IsTargetAsync(db, block))
                    throw InvalidTarget();
                if (!await InsertAsync(db, block))
                    throw new Conflict("already_blocked", "You have blocked this target already.");
                await ChangedAsync(db, caller, block, "block.created", origin);
                return block;
            },
            cancellation
        );

    /// <summary>An agent's blocks, newest first.</summary>
    /// <param name="before">The last one of the page before.</param>
    public Task<Page<Block>> ListAsync(
        Id<AgentAccount> agent,
        BlockTarget? type,
        Id<Block>? before,
        int limit,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
                Page.Of(
                    await db.QueryAsync(
                        $"""
                        SELECT {Block.Columns} FROM blocks
                        WHERE workspace_id = $1 AND owner_id = $2 AND id < $3 AND ($4 = '' OR target_type = $4)
                        ORDER BY id DESC LIMIT $5
                        """,
                        Block.Read,
                        db.Workspace.Value,
                        agent.Value,
                        before?.Value ?? Guid.AllBitsSet,
                        type is { } only ? only : "",
                        (long)limit + 1
                    ),
                    limit
                ),
            cancellation
        );

    /// <exception cref="NotFound">The agent has no such block.</exception>
    public Task RemoveAsync(
        AgentCaller caller,
        Id<Block> id,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var block =
                    await db.FirstAsync(
                        $"DELETE FROM blocks WHERE workspace_id = $1 AND owner_id = $2 AND id = $3 RETURNING {Block.Columns}",
                        Block.Read,
                        db.Workspace.Value,
                        caller.Account.Value,
                        id.Value
                    ) ?? throw new NotFound("block_not_found", "There is no such block.");
                await ChangedAsync(db, caller, block, "block.deleted", origin);
            },
            cancellation
        );

    public static Invalid InvalidTarget() =>
        new("target_invalid", "The target cannot be blocked.", "target_id");

    private static async ValueTask<bool> IsTargetAsync(Db db, Block block)
    {
        if (block.TargetType is BlockTarget.Group)
        {
            return await db.FirstAsync(
                """
                SELECT 1 FROM conversation_members m JOIN conversations c
                    ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id AND c.type = 'group'
                WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.agent_id = $3
                """,
                row => row.Int64(0) == 1,
                db.Workspace.Value,
                block.Target,
                block.Owner.Value
            );
        }
        return block.Target != block.Owner.Value
            && await db.FirstAsync(
                "SELECT 1 FROM agent_accounts WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
                row => row.Int64(0) == 1,
                db.Workspace.Value,
                block.Target
            );
    }

    private static async ValueTask<bool> InsertAsync(Db db, Block block) =>
        await db.ExecuteAsync(
            $"""
            INSERT INTO blocks (workspace_id, {Block.Columns}) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (workspace_id, owner_id, target_id) DO NOTHING
            """,
            db.Workspace.Value,
            block.Id.Value,
            block.Owner.Value,
            block.TargetType,
            block.Target,
            block.CreatedAt
        ) == 1;

    private async ValueTask ChangedAsync(
        Db db,
        AgentCaller caller,
        Block block,
        string action,
        CallOrigin origin
    )
    {
        if (block.TargetType is BlockTarget.Agent)
            await discounts.RecountAsync(db, block.Owner, new Id<AgentAccount>(block.Target));
        await audit.AppendAsync(db, block.Owner, action, caller.Credential, origin, caller.Key);
        await events.AppendAsync(
            db,
            db.Workspace,
            ConversationEvents.SubjectOf(block.Owner),
            ConversationEvents.BlocksChanged,
            "{}"
        );
    }
}
