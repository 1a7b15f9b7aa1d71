using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Bench.Talking;

/// <summary>Fills a store with messages and their words as sending does, many to a write.</summary>
internal sealed class Filling(IServiceProvider services, List<Id<Conversation>> conversations)
{
    public const string CommonWord = "berth";
    private const int PerWrite = 5_000;
    private const int Vocabulary = 20_000;

    private readonly EventLog _events = services.GetRequiredService<EventLog>();
    private readonly Store _store = services.GetRequiredService<Store>();
    private readonly Id<Core.Identity.Workspace> _workspace = services
        .GetRequiredService<MessagingHome>()
        .Workspace;
    private readonly Id<AgentAccount> _sender = Id<AgentAccount>.Random();
    private long _filled;
    private long _end;

    public static string RareWord(int n) => $"word{n * 7_919L % Vocabulary}";

    /// <summary>Some twenty words: one that stands in every message and others that are rare.</summary>
    public static string Text(long n) =>
        $"{CommonWord} "
        + string.Join(' ', Enumerable.Range(0, 19).Select(i => RareWord((int)(n * 19 + i))));

    /// <summary>Adds what is missing to a number of messages, as many in each conversation.</summary>
    public async Task ToAsync(long messages)
    {
        while (_filled < messages)
        {
            await _store.WriteAsync(
                _workspace,
                async db =>
                {
                    for (var i = 0; i < PerWrite; i++)
                        await AddAsync(db, _filled++);
                    // What follows the log for the words has nothing left to do.
                    await db.ExecuteAsync(
                        """
                        INSERT INTO message_words_position (workspace_id, txn, id) VALUES ($1, 0, $2)
                        ON CONFLICT (workspace_id) DO UPDATE SET id = excluded.id
                        """,
                        _workspace.Value,
                        _end
                    );
                }
            );
        }
    }

    private async ValueTask AddAsync(Db db, long n)
    {
        var conversation = conversations[(int)(n % conversations.Count)];
        var text = Text(n);
        var now = DateTimeOffset.UtcNow;
        var (number, step) = await db.FirstAsync(
            $"""
            UPDATE conversations SET last_number = last_number + 1, {EventNumber.Next(db)}
            WHERE workspace_id = $1 AND id = $2 RETURNING last_number, {EventNumber.Columns}
            """,
            row => (row.Int64(0), EventNumber.Read(row, 1)),
            _workspace.Value,
            conversation.Value
        );
        var message = Id<Message>.New(now);
        var position = await _events.AppendAsync(
            db,
            _workspace,
            ConversationEvents.SubjectOf(conversation),
            step,
            ConversationEvents.MessageCreated,
            $$"""{"message":"{{message}}","number":{{number}}}"""
        );
        await db.ExecuteAsync(
            """
            INSERT INTO messages (workspace_id, conversation_id, number, id, sender_id, type, content, created_at, position)
            VALUES ($1, $2, $3, $4, $5, 'text', $6, $7, $8)
            """,
            _workspace.Value,
            conversation.Value,
            number,
            message.Value,
            _sender.Value,
            text,
            now,
            position
        );
        await db.ExecuteAsync(
            "INSERT INTO message_words (rowid, words) VALUES ($1, $2)",
            position,
            $"conversation{conversation} {text}"
        );
        _end = position;
    }
}
