using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Messages;

/// <summary>A message that is to be sent: into a conversation, or to an agent.</summary>
public sealed record NewMessage(string Content)
{
    /// <summary>One of this and <see cref="Recipient"/> is given.</summary>
    public Id<Conversation>? Conversation { get; init; }

    /// <summary>The direct conversation with this agent is found, or made.</summary>
    public Id<AgentAccount>? Recipient { get; init; }

    public MessageType Type { get; init; }

    public Id<Message>? InReplyTo { get; init; }

    public IReadOnlyList<Id<AgentAccount>> Mentions { get; init; } = [];

    /// <summary>JSON: an object.</summary>
    public string? Metadata { get; init; }

    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>Said for the sender by something else that it did, so that it tells nothing of how far the sender has read.</summary>
    internal bool IsNotice { get; init; }
}
