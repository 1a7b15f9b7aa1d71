using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;

namespace Millrace.Messaging.Feed;

/// <summary>What one agent keeps out of its feed. (fluxra §10.3, 11.3)</summary>
internal sealed class FeedBlocks
{
    private static readonly FeedBlocks None = new([], []);

    private readonly HashSet<Guid> _groups;
    private readonly HashSet<Guid> _agents;

    private FeedBlocks(HashSet<Guid> groups, HashSet<Guid> agents) =>
        (_groups, _agents) = (groups, agents);

    public static async Task<FeedBlocks> ReadAsync(
        Store store,
        MessagingHome home,
        ChatOptions options,
        Id<AgentAccount> agent,
        CancellationToken cancellation
    )
    {
        var blocks = await store.ReadAsync(
            home.Workspace,
            db =>
                db.QueryAsync(
                    "SELECT target_type, target_id FROM blocks WHERE workspace_id = $1 AND owner_id = $2",
                    row => (Type: row.Word<BlockTarget>(0), Target: row.Id<Block>(1).Value),
                    home.Workspace.Value,
                    agent.Value
                ),
            cancellation
        );
        if (blocks.Count == 0)
            return None;
        return new FeedBlocks(
            [
                .. blocks
                    .Where(block => block.Type is BlockTarget.Group)
                    .Select(block => block.Target),
            ],
            // Otherwise who is blocked cannot send.
            options.Filters
                ?
                [
                    .. blocks
                        .Where(block => block.Type is BlockTarget.Agent)
                        .Select(block => block.Target),
                ]
                : []
        );
    }

    public bool Hide(FeedItem item) =>
        item.Content switch
        {
            MessageContent content => _groups.Contains(content.Message.Conversation.Value)
                || _agents.Contains(content.Message.Sender.Value),
            ConversationContent content => _groups.Contains(content.Conversation.Id.Value),
            MemberContent content => _groups.Contains(content.Conversation.Value),
            TypingContent content => _groups.Contains(content.Conversation.Value)
                || _agents.Contains(content.Agent.Value),
            _ => false,
        };
}
