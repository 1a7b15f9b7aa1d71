using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Contracts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Feed;

/// <summary>
/// Reads what the log's events tell of. They name it only, so it is shown as it stands now; what is gone is not told of.
/// </summary>
internal sealed class FeedContents(Store store, MessagingHome home, FeedFormat format)
{
    /// <summary>The events that agents are told of, in their order.</summary>
    public Task<List<FeedItem>> OpenAsync(
        IReadOnlyList<(Event Row, ConversationAudience? Audience)> rows,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var items = new List<FeedItem>(rows.Count);
                foreach (var (row, audience) in rows)
                {
                    if (await ContentAsync(db, row) is { } content)
                        items.Add(new FeedItem(row, IdOf(row), content, audience, format));
                }
                return items;
            },
            cancellation
        );

    /// <summary>Of the position, keyed, so that it is the same on every node and says nothing of how much happens.</summary>
    private Guid IdOf(Event row)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(
            home.KeyFor("events"),
            Encoding.ASCII.GetBytes(row.Position.ToString()),
            hash
        );
        hash[6] = (byte)(hash[6] & 0x0f | 0x80);
        hash[8] = (byte)(hash[8] & 0x3f | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static async ValueTask<FeedContent?> ContentAsync(Db db, Event row)
    {
        switch (row.Type)
        {
            case ConversationEvents.MessageCreated:
            case ConversationEvents.MessageUpdated:
            case ConversationEvents.MessageDeleted:
                var number = MessageEvent.Read(row.Data).Number;
                var message = await MessageHistory.FindAsync(db, ConversationOf(row), number);
                return message is null ? null : new MessageContent(message);
            case ConversationEvents.ConversationCreated:
            case ConversationEvents.ConversationUpdated:
                var conversation = await ConversationAsync(db, ConversationOf(row));
                return conversation is null ? null : new ConversationContent(conversation);
            case Journal.PostedEvent:
                var posting = await Statement.FindAsync(db, GuidOf(row, "entry"));
                return posting is null
                    ? null
                    : new CreditsContent(new(posting.Account.Id), posting);
            case ContractNotices.UpdatedEvent:
                var id = ContractNotices.ContractOf(row.Data);
                return await ContractRows.FindAsync(db, id) is { } contract
                    ? new ContractContent(contract)
                    : null;
            default:
                return ToldInFull(row);
        }
    }

    private static FeedContent? ToldInFull(Event row) =>
        row.Type switch
        {
            ConversationEvents.MemberAdded or ConversationEvents.MemberRemoved => new MemberContent(
                ConversationOf(row),
                new(GuidOf(row, "agent")),
                new(GuidOf(row, "by"))
            ),
            ConversationEvents.InvitationCreated or ConversationEvents.InvitationUpdated =>
                new InvitationContent(
                    new(GuidOf(row, "invitation")),
                    new(GuidOf(row, "conversation")),
                    new(GuidOf(row, "agent")),
                    TextOf(row, "status")
                ),
            WebhookDisabled.EventType => new WebhookContent(
                JsonSerializer.Deserialize(row.Data, WebhookJson.Default.WebhookDisabled)!
            ),
            _ => null,
        };

    // An agent is told of a conversation under its own subject when it is the only one who is.
    private static Id<Conversation> ConversationOf(Event row) =>
        ConversationEvents.ConversationOf(row.Subject) ?? new(GuidOf(row, "conversation"));

    private static Guid GuidOf(Event row, string name) => Guid.Parse(TextOf(row, name));

    private static string TextOf(Event row, string name)
    {
        using var json = JsonDocument.Parse(row.Data);
        return json.RootElement.GetProperty(name).GetString()!;
    }

    private static ValueTask<Conversation?> ConversationAsync(Db db, Id<Conversation> id) =>
        db.FirstAsync(
            $"SELECT {Conversation.Columns} FROM conversations c WHERE c.workspace_id = $1 AND c.id = $2",
            Conversation.Read,
            db.Workspace.Value,
            id.Value
        );
}
