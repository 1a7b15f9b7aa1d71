using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

/// <summary>Which of an agent's conversations are wanted.</summary>
public sealed record ConversationFilter
{
    public ConversationType? Type { get; init; }

    public bool UnreadOnly { get; init; }

    public bool IncludeBlocked { get; init; }
}

/// <summary>Where a page of conversations ends: they are ordered by latest activity.</summary>
public sealed record ConversationPlace(DateTimeOffset ActiveAt, Id<Conversation> Id);

/// <summary>Conversations as their members see them. (fluxra §13.2, 13.3)</summary>
public sealed class ConversationViews(Store store, MessagingHome home, ChatOptions options)
{
    private const int MostMembersShown = 100;

    /// <summary>An agent's conversations, those with the latest message first.</summary>
    /// <param name="before">The last of the page before; null begins with the first.</param>
    public Task<Page<ConversationView>> ListAsync(
        Id<AgentAccount> agent,
        ConversationFilter filter,
        ConversationPlace? before,
        int limit,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var views = await db.QueryAsync(
                    ListSql(filter),
                    row => Read(row, agent),
                    db.Workspace.Value,
                    agent.Value,
                    before?.ActiveAt ?? DateTimeOffset.MaxValue,
                    before?.Id.Value ?? Guid.AllBitsSet,
                    (long)limit + 1
                );
                for (var i = 0; i < views.Count; i++)
                    views[i] = await WithoutHiddenAsync(db, views[i]);
                return Page.Of(views, limit);
            },
            cancellation
        );

    /// <exception cref="Core.Failures.NotFound">No such conversation, or the agent is no member.</exception>
    public Task<ConversationView> GetAsync(
        Id<AgentAccount> agent,
        Id<Conversation> conversation,
        CancellationToken cancellation = default
    ) => store.ReadAsync(home.Workspace, db => GetAsync(db, agent, conversation), cancellation);

    internal async ValueTask<ConversationView> GetAsync(
        Db db,
        Id<AgentAccount> agent,
        Id<Conversation> conversation
    )
    {
        var view =
            await db.FirstAsync(
                $"SELECT {ViewColumns} {From} {LastMessage} WHERE x.workspace_id = $1 AND x.agent_id = $2 AND x.conversation_id = $3",
                row => Read(row, agent),
                db.Workspace.Value,
                agent.Value,
                conversation.Value
            ) ?? throw Access.Unknown();
        return await WithoutHiddenAsync(db, view) with
        {
            Members = await MemberRows.ListAsync(db, conversation, null, MostMembersShown),
        };
    }

    private const string Blocked = """
        EXISTS (SELECT 1 FROM blocks b
            WHERE b.workspace_id = x.workspace_id AND b.owner_id = x.agent_id AND b.target_id = x.conversation_id)
        """;

    private const string ViewColumns = $"""
        {Conversation.Columns}, x.role, x.read_number, x.discount, x.read_message_id, x.read_at,
        CASE WHEN {Blocked} THEN 1 ELSE 0 END, {Message.Columns}
        """;

    private const string From = """
        FROM conversation_members x JOIN conversations c ON c.workspace_id = x.workspace_id AND c.id = x.conversation_id
        """;

    private const string LastMessage = """
        LEFT JOIN messages m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.number = c.last_number
        """;

    // A direct conversation that nobody wrote in yet is shown to whoever made it.
    private static string ListSql(ConversationFilter filter)
    {
        var type = filter.Type switch
        {
            ConversationType.Direct => "AND c.type = 'direct'",
            ConversationType.Group => "AND c.type = 'group'",
            _ => "",
        };
        var unread = filter.UnreadOnly
            ? $"AND c.last_number - x.read_number - x.discount > 0 AND NOT {Blocked}"
            : "";
        var blocked = filter.IncludeBlocked ? "" : $"AND NOT {Blocked}";
        return $"""
            SELECT {ViewColumns} {From} {LastMessage}
            WHERE x.workspace_id = $1 AND x.agent_id = $2 AND (c.active_at, c.id) < ($3, $4)
                AND (c.type = 'group' OR c.last_number > 0 OR c.created_by = $2) {type} {unread} {blocked}
            ORDER BY c.active_at DESC, c.id DESC LIMIT $5
            """;
    }

    private static ConversationView Read(Row row, Id<AgentAccount> viewer)
    {
        const int At = Conversation.ColumnCount;
        return new ConversationView(Conversation.Read(row), viewer)
        {
            Role = row.Word<MemberRole>(At),
            Position = new ReadPosition(
                row.Int64(At + 1),
                row.Int64(At + 2),
                row.IdOrNull<Message>(At + 3),
                row.TimeOrNull(At + 4)
            ),
            IsBlocked = row.Int64(At + 5) != 0,
            LastMessage = row.IsNull(At + 6) ? null : Message.Read(row, At + 6),
        };
    }

    /// <summary>Where the latest message is hidden from the viewer, the latest that is not.</summary>
    private async ValueTask<ConversationView> WithoutHiddenAsync(Db db, ConversationView view)
    {
        if (!options.Filters || !view.Conversation.IsGroup || view.LastMessage is null)
            return view;
        var shown = await db.FirstAsync(
            $"""
            SELECT {Message.Columns} FROM messages m
            WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND NOT {BlockRules.Hides("$3")}
            ORDER BY m.number DESC LIMIT 1
            """,
            Message.Read,
            db.Workspace.Value,
            view.Conversation.Id.Value,
            view.Viewer.Value
        );
        return view with { LastMessage = shown };
    }
}
