using System.Runtime.CompilerServices;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Contracts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Feed;

/// <summary>Writes an event as clients are shown it: the same bytes for all of them.</summary>
public delegate ReadOnlyMemory<byte> FeedFormat(FeedItem item);

/// <summary>Something that happened, as those are told whom it concerns. (fluxra §10.3)</summary>
public sealed class FeedItem
{
    private const long OwnWeight = 1_024;
    private const long LetterWeight = 5;

    private readonly FeedFormat _format;
    private readonly ConversationAudience? _audience;
    private readonly Event? _row;

    // In one object, since listeners ask for it on threads of their own.
    private StrongBox<ReadOnlyMemory<byte>>? _body;

    internal FeedItem(
        Event row,
        Guid id,
        FeedContent content,
        ConversationAudience? audience,
        FeedFormat format
    )
    {
        (_row, _audience, _format) = (row, audience, format);
        (Id, Type, At, Content) = (id, row.Type, row.At, content);
    }

    /// <summary>Of what is told once and not kept.</summary>
    internal FeedItem(
        Guid id,
        string type,
        DateTimeOffset at,
        FeedContent content,
        FeedFormat format
    )
    {
        _format = format;
        (Id, Type, At, Content) = (id, type, at, content);
    }

    /// <summary>The same whenever and on whichever node it is read.</summary>
    public Guid Id { get; }

    /// <summary>The id as clients know it. (fluxra §3)</summary>
    public string EventId => $"evt_{Id:D}";

    public string Type { get; }

    public DateTimeOffset At { get; }

    public FeedContent Content { get; }

    /// <summary>Bytes of memory that it takes about, with its body; of text each letter, and what it is written as.</summary>
    internal long Weight => OwnWeight + LetterWeight * Content.Letters;

    /// <summary>Its place in the log; null of what is not kept.</summary>
    public LogPosition? Position => _row?.Position;

    /// <summary>Written when it is first asked for, then shared.</summary>
    public ReadOnlyMemory<byte> Body => (_body ??= new(_format(this))).Value;

    /// <summary>The conversation of which it shows what came after the event; null where it shows it as it was then.</summary>
    internal Id<Conversation>? ShowsLaterOf =>
        Content switch
        {
            MessageContent { Message: var message } when message.ChangedSequence > _row!.Sequence =>
                message.Conversation,
            ConversationContent { Conversation: { IsGroup: true } conversation }
                when conversation.LastSequence > _row!.Sequence => conversation.Id,
            _ => null,
        };

    /// <summary>The same event as it is shown to who left.</summary>
    internal FeedItem With(Departure departure) =>
        With(
            Content switch
            {
                MessageContent content => new MessageContent(departure.Show(content.Message)),
                ConversationContent content => new ConversationContent(
                    departure.Show(content.Conversation)
                ),
                var content => content,
            }
        );

    /// <summary>The same event, of something that has changed since.</summary>
    internal FeedItem With(FeedContent content) => new(_row!, Id, content, _audience, _format);

    /// <summary>Whether it concerns the agent, by who was a member when it happened.</summary>
    /// <param name="subject">The agent's own in the log.</param>
    internal bool Concerns(Id<AgentAccount> agent, string subject) =>
        _audience is null ? _row?.Subject == subject : _audience.Covers(agent, _row!.Sequence);
}

/// <summary>What an event tells of.</summary>
public abstract record FeedContent
{
    /// <summary>How much text it holds.</summary>
    internal virtual long Letters => 0;
}

/// <summary>A message as it stands now, or as it is shown to who left.</summary>
public sealed record MessageContent(Message Message) : FeedContent
{
    internal override long Letters =>
        Message.Content.Length
        + (Message.Metadata?.Length ?? 0)
        + Message.Attachments.Sum(file => file.Name.Length + file.Url.Length);
}

/// <summary>A conversation as it stands now, or as it was left.</summary>
public sealed record ConversationContent(Conversation Conversation) : FeedContent
{
    internal override long Letters =>
        Conversation.Metadata.Length + (Conversation.Description?.Length ?? 0);
}

/// <summary>Who came or went.</summary>
public sealed record MemberContent(
    Id<Conversation> Conversation,
    Id<AgentAccount> Agent,
    Id<AgentAccount> By
) : FeedContent;

public sealed record InvitationContent(
    Id<GroupInvitation> Invitation,
    Id<Conversation> Conversation,
    Id<AgentAccount> Agent,
    string Status
) : FeedContent;

public sealed record CreditsContent(Id<AgentAccount> Agent, Posting Posting) : FeedContent;

/// <summary>A contract as it stands now.</summary>
public sealed record ContractContent(Contract Contract) : FeedContent
{
    internal override long Letters =>
        Contract.Title.Length
        + Contract.Terms.Length
        + (Contract.Dispute?.Reason.Length ?? 0)
        + (Contract.Delivery?.Content.Length ?? 0)
        + (Contract.Delivery?.Artifacts.Sum(file => file.Name.Length + file.Url.Length) ?? 0);
}

public sealed record WebhookContent(WebhookDisabled Webhook) : FeedContent;

/// <summary>Somebody is writing in a conversation.</summary>
public sealed record TypingContent(
    Id<Conversation> Conversation,
    Id<AgentAccount> Agent,
    bool IsTyping
) : FeedContent;
