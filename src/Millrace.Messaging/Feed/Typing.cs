using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Feed;

/// <summary>Tells the other members of a conversation who listen at this node that an agent is writing. It is not kept.</summary>
public sealed class Typing
{
    public const string Started = "typing.started";
    public const string Stopped = "typing.stopped";

    private readonly Store _store;
    private readonly MessagingHome _home;
    private readonly FeedTail _tail;
    private readonly FeedFormat _format;
    private readonly TimeProvider _time;

    internal Typing(
        Store store,
        MessagingHome home,
        FeedTail tail,
        FeedFormat format,
        TimeProvider time
    ) => (_store, _home, _tail, _format, _time) = (store, home, tail, format, time);

    /// <exception cref="Core.Failures.NotFound">No such conversation, or the agent is no member.</exception>
    public async Task TellAsync(
        Id<AgentAccount> agent,
        Id<Conversation> conversation,
        bool isTyping,
        CancellationToken cancellation = default
    )
    {
        var others = await _store.ReadAsync(
            _home.Workspace,
            async db =>
            {
                await Access.RequireAsync(db, conversation, agent);
                return await db.QueryAsync(
                    "SELECT agent_id FROM conversation_members WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id <> $3",
                    row => row.Id<AgentAccount>(0),
                    db.Workspace.Value,
                    conversation.Value,
                    agent.Value
                );
            },
            cancellation
        );
        var item = new FeedItem(
            Guid.NewGuid(),
            isTyping ? Started : Stopped,
            _time.GetUtcNow(),
            new TypingContent(conversation, agent, isTyping),
            _format
        );
        _tail.Tell(item, others);
    }
}
