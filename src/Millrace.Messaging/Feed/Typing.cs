using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Feed;

/// <summary>Tells the other members of a conversation who listen at this node that an agent is writing. It is not kept.</summary>
public sealed class Typing
{
    public const string Started = "typing.started";
    public const string Stopped = "typing.stopped";

    private readonly Store _store;
    private readonly MessagingHome _home;
    private readonly Sending _sending;
    private readonly FeedTail _tail;
    private readonly FeedFormat _format;
    private readonly TimeProvider _time;

    internal Typing(
        Store store,
        MessagingHome home,
        Sending sending,
        FeedTail tail,
        FeedFormat format,
        TimeProvider time
    ) =>
        (_store, _home, _sending, _tail, _format, _time) = (
            store,
            home,
            sending,
            tail,
            format,
            time
        );

    /// <exception cref="Core.Failures.NotFound">No such conversation, or the agent is no member.</exception>
    /// <exception cref="Core.Failures.Forbidden">It could not send what it writes.</exception>
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
                var (found, _) = await Access.RequireAsync(db, conversation, agent);
                await _sending.CheckAsync(db, found, agent);
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
