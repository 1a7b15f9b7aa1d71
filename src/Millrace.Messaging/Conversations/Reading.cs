using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

/// <summary>Moves read positions on; they never go back. (fluxra §13.9)</summary>
public sealed class Reading(
    Store store,
    MessagingHome home,
    ConversationViews views,
    ChatOptions options,
    TimeProvider time
)
{
    /// <param name="upTo">The last message read; null for the latest.</param>
    /// <exception cref="NotFound">No such conversation, or the agent is no member.</exception>
    /// <exception cref="Invalid">The message is of another conversation.</exception>
    public Task<ConversationView> MarkAsync(
        Id<AgentAccount> agent,
        Id<Conversation> conversation,
        Id<Message>? upTo,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var (found, _) = await Access.LockAsync(db, conversation, agent);
                var number = upTo is { } message
                    ? await MessageHistory.NumberAsync(db, conversation, message, "message_id")
                    : found.LastNumber;
                var view = await views.GetAsync(db, agent, conversation);
                if (number <= view.Position.Number)
                    return view;
                await MoveAsync(db, view, number);
                return await views.GetAsync(db, agent, conversation);
            },
            cancellation
        );

    private async ValueTask MoveAsync(Db db, ConversationView view, long number)
    {
        var conversation = view.Conversation;
        var passed =
            number == conversation.LastNumber
                ? view.Position.Discount
                : await PassedAsync(db, view, number);
        await db.ExecuteAsync(
            """
            UPDATE conversation_members SET read_number = $4, read_at = $5, discount = discount - $6, read_message_id =
                (SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND number = $4)
            WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3
            """,
            db.Workspace.Value,
            conversation.Id.Value,
            view.Viewer.Value,
            number,
            time.GetUtcNow(),
            passed
        );
    }

    private const string Passed = """
        SELECT m.number FROM messages m
        WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.number > $3 AND m.number <= $4
        """;

    // Only tombstones and the reader's own notices are counted, by indexes that hold little else, unless messages are hidden.
    private ValueTask<long> PassedAsync(Db db, ConversationView view, long number)
    {
        var counted =
            options.Filters && view.Conversation.IsGroup
                ? $"{Passed} AND (m.deleted_at IS NOT NULL OR m.sender_id = $5 OR {BlockRules.Hides("$5")})"
                : $"""
                    {Passed} AND m.deleted_at IS NOT NULL
                    UNION ALL {Passed} AND m.type = 'system' AND m.sender_id = $5 AND m.deleted_at IS NULL
                    """;
        return db.FirstAsync(
            $"SELECT COUNT(*) FROM ({counted}) passed",
            row => row.Int64(0),
            db.Workspace.Value,
            view.Conversation.Id.Value,
            view.Position.Number,
            number,
            view.Viewer.Value
        );
    }
}
