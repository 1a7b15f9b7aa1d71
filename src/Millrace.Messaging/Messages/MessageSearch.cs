using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Text;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Messages;

/// <summary>A message that was found, and its place among all: the later, the higher.</summary>
public sealed record FoundMessage(Message Message, long Position);

/// <summary>
/// Finds messages that hold all words of a question, newest first, in the conversations that the agent is a member of.
/// </summary>
/// <remarks>
/// The conversation is a term of each message, so that the index itself meets words and conversations and what others
/// say costs nothing. Whether the agent is a member is asked again of the rows. Of many conversations some are asked for
/// at a time, as no question may be of any length.
/// </remarks>
public sealed class MessageSearch(
    Store store,
    MessagingHome home,
    MessageWords words,
    ChatOptions options
)
{
    private const int ConversationsAtOnce = 500;

    /// <param name="conversation">Only there; null searches everywhere.</param>
    /// <param name="before">The position of the last message of the page before.</param>
    /// <exception cref="NotFound">No such conversation, or the agent is no member.</exception>
    public async Task<Page<FoundMessage>> FindAsync(
        Id<AgentAccount> agent,
        string question,
        Id<Conversation>? conversation,
        long? before,
        int limit,
        CancellationToken cancellation = default
    )
    {
        await words.CatchUpAsync(cancellation);
        var terms = Terms
            .Of(question)
            .Select(term => term.Key)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return await store.ReadAsync(
            home.Workspace,
            async db =>
            {
                if (conversation is { } only)
                    await Access.RequireAsync(db, only, agent);
                var scopes = conversation is { } one ? [one] : await ConversationsAsync(db, agent);
                var found = new List<FoundMessage>();
                foreach (var some in terms.Count == 0 ? [] : scopes.Chunk(ConversationsAtOnce))
                    found = await NewestAsync(
                        db,
                        found,
                        QueryOf(db.Dialect, some, terms),
                        agent,
                        before ?? long.MaxValue,
                        limit + 1
                    );
                return Page.Of(found, limit);
            },
            cancellation
        );
    }

    /// <summary>The newest of what was found before and of what a question finds, up to a number.</summary>
    private async ValueTask<List<FoundMessage>> NewestAsync(
        Db db,
        List<FoundMessage> before,
        string question,
        Id<AgentAccount> agent,
        long below,
        int most
    )
    {
        var found = await db.QueryAsync(
            db.Dialect is Dialect.Sqlite ? OnSqlite : OnPostgres,
            row => new FoundMessage(Message.Read(row, 1), row.Int64(0)),
            question,
            below,
            agent.Value,
            (long)most,
            db.Workspace.Value,
            before.Count == most ? before[^1].Position : 0
        );
        return
        [
            .. before.Concat(found).OrderByDescending(message => message.Position).Take(most),
        ];
    }

    private string OnSqlite =>
        $"""
            SELECT m.position, {Message.Columns} FROM message_words w
            CROSS JOIN messages m ON m.position = w.rowid
            CROSS JOIN conversation_members x ON x.workspace_id = m.workspace_id
                AND x.conversation_id = m.conversation_id AND x.agent_id = $3
            WHERE w.message_words MATCH $1 AND w.rowid < $2 AND w.rowid > $6 AND m.workspace_id = $5 AND {Shown}
            ORDER BY w.rowid DESC LIMIT $4
            """;

    private string OnPostgres =>
        $"""
            SELECT w.position, {Message.Columns} FROM message_words w
            JOIN messages m ON m.workspace_id = w.workspace_id AND m.conversation_id = w.conversation_id
                AND m.number = w.number
            JOIN conversation_members x ON x.workspace_id = m.workspace_id
                AND x.conversation_id = m.conversation_id AND x.agent_id = $3
            WHERE w.words @@ CAST($1 AS tsquery) AND w.position < $2 AND w.position > $6 AND m.workspace_id = $5 AND {Shown}
            ORDER BY w.position DESC LIMIT $4
            """;

    // A direct conversation hides nothing: there the blocked one cannot send.
    private string Shown =>
        options.Filters
            ? $"""
                m.deleted_at IS NULL AND NOT ({BlockRules.Hides(
                    "$3"
                )} AND EXISTS (SELECT 1 FROM conversations c
                    WHERE c.workspace_id = m.workspace_id AND c.id = m.conversation_id AND c.type = 'group'))
                """
            : "m.deleted_at IS NULL";

    private static ValueTask<List<Id<Conversation>>> ConversationsAsync(
        Db db,
        Id<AgentAccount> agent
    ) =>
        db.QueryAsync(
            "SELECT conversation_id FROM conversation_members WHERE workspace_id = $1 AND agent_id = $2",
            row => row.Id<Conversation>(0),
            db.Workspace.Value,
            agent.Value
        );

    private static string QueryOf(
        Dialect dialect,
        IEnumerable<Id<Conversation>> scopes,
        List<string> terms
    )
    {
        var (quote, and, or) =
            dialect is Dialect.Sqlite ? ('"', " AND ", " OR ") : ('\'', " & ", " | ");
        var where = string.Join(
            or,
            scopes.Select(id => $"{quote}{MessageWords.ScopeOf(id)}{quote}")
        );
        return string.Join(
            and,
            terms.Select(term => $"{quote}{term}{quote}").Prepend($"({where})")
        );
    }
}
