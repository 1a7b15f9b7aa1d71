using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Messages;

/// <summary>Which messages of a conversation are wanted.</summary>
/// <param name="Ascending">Oldest first; else newest first.</param>
/// <param name="Beyond">The number of the last message of the page before, in that order.</param>
/// <param name="After">Only messages later than this one.</param>
public sealed record HistoryPage(bool Ascending, long? Beyond, Id<Message>? After, int Limit);

/// <summary>Reads messages: members of a conversation all see the same, in the order of the numbers. (fluxra §12.2, 12.3)</summary>
public sealed class MessageHistory(Store store, MessagingHome home, ChatOptions options)
{
    /// <exception cref="NotFound">No such conversation, or the reader is no member.</exception>
    /// <exception cref="Invalid"><see cref="HistoryPage.After"/> is no message of the conversation.</exception>
    public Task<Page<Message>> ListAsync(
        Id<AgentAccount> reader,
        Id<Conversation> conversation,
        HistoryPage page,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var (found, _) = await Access.RequireAsync(db, conversation, reader);
                var floor = page.After is { } after
                    ? await NumberAsync(db, conversation, after, "after")
                    : 0;
                var (above, below) = page.Ascending
                    ? (Math.Max(floor, page.Beyond ?? 0), long.MaxValue)
                    : (floor, page.Beyond ?? long.MaxValue);
                var rows = await db.QueryAsync(
                    $"""
                    SELECT {Message.Columns} FROM messages m
                    WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.number > $3 AND m.number < $4
                        {Visible(found)}
                    ORDER BY m.number {(page.Ascending ? "ASC" : "DESC")} LIMIT $5
                    """,
                    Message.Read,
                    db.Workspace.Value,
                    conversation.Value,
                    above,
                    below,
                    (long)page.Limit + 1,
                    reader.Value
                );
                return Page.Of(rows, page.Limit);
            },
            cancellation
        );

    /// <exception cref="NotFound">No such message, or not for the reader to see.</exception>
    public Task<Message> GetAsync(
        Id<AgentAccount> reader,
        Id<Message> message,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var found = await FindAsync(db, message) ?? throw Unknown();
                if (await Access.RoleAsync(db, found.Conversation, reader) is null)
                    throw Unknown();
                if (options.Filters && await IsHiddenAsync(db, found, reader))
                    throw Unknown();
                return found;
            },
            cancellation
        );

    /// <summary>Messages by their ids as they stand now, in no order; for feeds. Whoever asks has decided who sees them.</summary>
    public Task<List<Message>> FindAsync(
        IReadOnlyCollection<Id<Message>> messages,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var found = new List<Message>(messages.Count);
                foreach (var id in messages)
                    if (await FindAsync(db, id) is { } message)
                        found.Add(message);
                return found;
            },
            cancellation
        );

    internal static ValueTask<Message?> FindAsync(Db db, Id<Message> message) =>
        db.FirstAsync(
            $"SELECT {Message.Columns} FROM messages m WHERE m.workspace_id = $1 AND m.id = $2",
            Message.Read,
            db.Workspace.Value,
            message.Value
        );

    internal static ValueTask<Message?> FindAsync(
        Db db,
        Id<Conversation> conversation,
        long number
    ) =>
        db.FirstAsync(
            $"""
            SELECT {Message.Columns} FROM messages m
            WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.number = $3
            """,
            Message.Read,
            db.Workspace.Value,
            conversation.Value,
            number
        );

    /// <summary>The number of a message that has to belong to a conversation.</summary>
    internal static async ValueTask<long> NumberAsync(
        Db db,
        Id<Conversation> conversation,
        Id<Message> message,
        string field
    ) =>
        await FindAsync(db, message) is { } found && found.Conversation == conversation
            ? found.Number
            : throw new Invalid(
                "message_elsewhere",
                $"{field}: there is no such message in this conversation.",
                field
            );

    internal static NotFound Unknown() => new("message_not_found", "There is no such message.");

    // Where nothing is hidden, nothing is asked; the reader stays a parameter all the same.
    private string Visible(Conversation conversation) =>
        options.Filters && conversation.IsGroup
            ? $"AND NOT {BlockRules.Hides("$6")}"
            : "AND $6 IS NOT NULL";

    private static async ValueTask<bool> IsHiddenAsync(
        Db db,
        Message message,
        Id<AgentAccount> reader
    ) =>
        await db.FirstAsync(
            """
            SELECT 1 FROM blocks b JOIN conversations c ON c.workspace_id = b.workspace_id AND c.id = $4
            WHERE b.workspace_id = $1 AND b.owner_id = $2 AND b.target_id = $3 AND c.type = 'group'
            """,
            row => row.Int64(0) == 1,
            db.Workspace.Value,
            reader.Value,
            message.Sender.Value,
            message.Conversation.Value
        );
}
