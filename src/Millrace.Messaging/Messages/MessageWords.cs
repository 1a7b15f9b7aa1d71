using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Signals;
using Millrace.Core.Storage;
using Millrace.Core.Text;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Messages;

/// <summary>
/// Keeps the words of messages for search. It follows the log behind the senders, many messages to a write, so that
/// sending pays for none of it; whoever searches waits until it has caught up.
/// </summary>
/// <remarks>The position in the log is in the same write as the words, so that each event counts once on any number of nodes.</remarks>
public sealed partial class MessageWords(
    Store store,
    MessagingHome home,
    EventLog log,
    TimeProvider time,
    ILogger<MessageWords> logger
) : BackgroundService
{
    private const int PageSize = 500;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Signal _changed = new();
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The term that stands with every message of a conversation and with no other.</summary>
    internal static string ScopeOf(Id<Conversation> conversation) => $"conversation{conversation}";

    /// <summary>Says that there is something new in the log.</summary>
    internal void Wake() => _changed.Set();

    /// <summary>Returns when everything that was committed before the call can be found.</summary>
    internal async Task CatchUpAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            while (await TakePageAsync(cancellation)) { }
        }
        finally
        {
            _one.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            _changed.TakeBack();
            try
            {
                await CatchUpAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.CannotFollow(logger, failure);
            }
            await _changed.WaitAsync(Longest, time, stoppingToken);
            await Task.Delay(Gathering, time, stoppingToken);
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <summary>Takes in one page of the log; false when its end was reached.</summary>
    private async Task<bool> TakePageAsync(CancellationToken cancellation)
    {
        var from = await store.ReadAsync(home.Workspace, PositionAsync, cancellation);
        var page = await log.ReadLogAsync(
            home.Workspace,
            from,
            PageSize,
            ConversationEvents.SubjectPrefix,
            cancellation
        );
        if (page.Next == from)
            return false;
        var changed = page
            .Events.Where(IsMessage)
            .Select(change =>
                (
                    Conversation: ConversationEvents.ConversationOf(change.Subject)!.Value,
                    Number: NumberOf(change.Data)
                )
            )
            .Distinct()
            .ToList();
        // Read before the write, which holds up senders. What changes in between is told by an event behind these.
        var said = await store.ReadAsync(
            home.Workspace,
            db => ReadAsync(db, changed),
            cancellation
        );
        await store.WriteAsync(
            home.Workspace,
            async db =>
            {
                if (await MoveAsync(db, from, page.Next))
                    foreach (var words in said)
                        await PutAsync(db, words);
            },
            cancellation
        );
        return page.Events.Count == PageSize;
    }

    private static async ValueTask<List<Said>> ReadAsync(
        Db db,
        List<(Id<Conversation> Conversation, long Number)> places
    )
    {
        var said = new List<Said>(places.Count);
        foreach (var (conversation, number) in places)
        {
            var found = await db.FirstAsync(
                """
                SELECT content, position, edited_at IS NOT NULL OR deleted_at IS NOT NULL, deleted_at IS NOT NULL
                FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND number = $3
                """,
                row => new Said(
                    conversation,
                    number,
                    row.Int64(1),
                    TermsOf(conversation, row.Text(0)),
                    row.Flag(2),
                    row.Flag(3)
                ),
                db.Workspace.Value,
                conversation.Value,
                number
            );
            if (found is not null)
                said.Add(found);
        }
        return said;
    }

    private static string[] TermsOf(Id<Conversation> conversation, string content) =>
        [
            ScopeOf(conversation),
            .. Terms.Of(content).Select(term => term.Key).Distinct(StringComparer.Ordinal),
        ];

    private static async ValueTask PutAsync(Db db, Said said)
    {
        if (db.Dialect is Dialect.Postgres)
        {
            await PutOnPostgresAsync(db, said);
            return;
        }
        if (said.IsChanged)
            await db.ExecuteAsync("DELETE FROM message_words WHERE rowid = $1", said.Position);
        if (!said.IsDeleted)
            await db.ExecuteAsync(
                "INSERT INTO message_words (rowid, words) VALUES ($1, $2)",
                said.Position,
                string.Join(' ', said.Terms)
            );
    }

    private static async ValueTask PutOnPostgresAsync(Db db, Said said) =>
        await db.ExecuteAsync(
            """
            INSERT INTO message_words (position, workspace_id, conversation_id, number, words)
            VALUES ($1, $2, $3, $4, array_to_tsvector(CAST($5 AS text[])))
            ON CONFLICT (workspace_id, conversation_id, number) DO UPDATE SET words = excluded.words
            """,
            said.Position,
            db.Workspace.Value,
            said.Conversation.Value,
            said.Number,
            said.IsDeleted ? [] : said.Terms
        );

    private static async ValueTask<LogPosition> PositionAsync(Db db) =>
        await db.FirstAsync(
            "SELECT txn, id FROM message_words_position WHERE workspace_id = $1",
            row => new LogPosition(row.Int64(0), row.Int64(1)),
            db.Workspace.Value
        );

    /// <summary>Moves the position on, unless another process was quicker.</summary>
    private static async ValueTask<bool> MoveAsync(Db db, LogPosition from, LogPosition to)
    {
        await db.ExecuteAsync(
            "INSERT INTO message_words_position (workspace_id, txn, id) VALUES ($1, 0, 0) ON CONFLICT (workspace_id) DO NOTHING",
            db.Workspace.Value
        );
        return await db.ExecuteAsync(
                "UPDATE message_words_position SET txn = $2, id = $3 WHERE workspace_id = $1 AND txn = $4 AND id = $5",
                db.Workspace.Value,
                to.Txn,
                to.Id,
                from.Txn,
                from.Id
            ) == 1;
    }

    private static bool IsMessage(Event change) =>
        change.Type
            is ConversationEvents.MessageCreated
                or ConversationEvents.MessageUpdated
                or ConversationEvents.MessageDeleted;

    private static long NumberOf(string data) => MessageEvent.Read(data).Number;

    /// <summary>What a message says, as the index holds it.</summary>
    private sealed record Said(
        Id<Conversation> Conversation,
        long Number,
        long Position,
        string[] Terms,
        bool IsChanged,
        bool IsDeleted
    );

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The words of messages cannot be kept up; trying again")]
        public static partial void CannotFollow(ILogger logger, Exception failure);
    }
}
