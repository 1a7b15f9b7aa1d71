using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Feed;

/// <summary>Whose feed is read, and with which scopes.</summary>
internal sealed record FeedReader(Id<AgentAccount> Agent, ScopeSet Scopes)
{
    public static FeedReader Of(AgentCaller caller) => new(caller.Account, caller.Scopes);
}

/// <summary>
/// What of its feed a reader is not shown: what the agent keeps out by its blocks, and what its scopes give no right to.
/// (fluxra §2.4, 10.3, 11.3)
/// </summary>
internal sealed class FeedFilter
{
    private readonly FeedReader _reader;
    private readonly DirectConversations _directs;
    private readonly HashSet<Guid> _groups;
    private readonly HashSet<Guid> _agents;

    private FeedFilter(
        FeedReader reader,
        DirectConversations directs,
        HashSet<Guid> groups,
        HashSet<Guid> agents
    ) => (_reader, _directs, _groups, _agents) = (reader, directs, groups, agents);

    public static async Task<FeedFilter> ReadAsync(
        Store store,
        MessagingHome home,
        DirectConversations directs,
        ChatOptions options,
        FeedReader reader,
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
                    reader.Agent.Value
                ),
            cancellation
        );
        return new FeedFilter(
            reader,
            directs,
            TargetsOf(BlockTarget.Group),
            // Otherwise who is blocked cannot send.
            options.Filters ? TargetsOf(BlockTarget.Agent) : []
        );

        HashSet<Guid> TargetsOf(BlockTarget type) =>
            [.. blocks.Where(block => block.Type == type).Select(block => block.Target)];
    }

    public bool Hides(FeedItem item) =>
        !_reader.Scopes.HasAny(FeedScopes.Of(item.Type))
        || item.Content switch
        {
            MessageContent { Message: var message } => Hides(message.Conversation, message.Sender),
            ConversationContent content => _groups.Contains(content.Conversation.Id.Value),
            MemberContent content => _groups.Contains(content.Conversation.Value),
            TypingContent content => Hides(content.Conversation, content.Agent),
            _ => false,
        };

    // A direct conversation hides nothing: there who is blocked cannot send, and what was said before stays.
    private bool Hides(Id<Conversation> conversation, Id<AgentAccount> agent) =>
        _groups.Contains(conversation.Value)
        || _agents.Contains(agent.Value) && conversation != _directs.IdOf(_reader.Agent, agent);
}

/// <summary>Which events need a scope of their own, besides the one for the feed.</summary>
public static class FeedScopes
{
    public static Scope Of(string eventType) =>
        eventType switch
        {
            Payments.Ledger.Journal.PostedEvent => Scope.CreditsRead,
            Contracts.ContractNotices.UpdatedEvent => Scope.ContractsRead,
            _ => Scope.None,
        };
}
