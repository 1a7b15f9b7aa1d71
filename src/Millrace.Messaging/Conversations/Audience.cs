using System.Runtime.InteropServices;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Conversations;

/// <summary>From which of a conversation's events to which an agent is told of them; without an end while it is a member.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Membership(
    Id<Conversation> Conversation,
    Id<AgentAccount> Agent,
    long From,
    long? To
)
{
    public bool Covers(long sequence) => sequence >= From && (To is not { } end || sequence <= end);
}

/// <summary>
/// Whom events concern: who was a member when they happened, present members and past ones alike. For feeds, which ask
/// once for each conversation that they follow and go on by the member events of the log itself.
/// </summary>
public sealed class Audience(Store store, MessagingHome home)
{
    // More than anybody leaves within the time of a page of events, and few enough to hold.
    private const int MostPast = 10_000;

    /// <summary>The clocks of two nodes differ by less.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);

    private const string Present =
        "SELECT conversation_id, agent_id, from_sequence, NULL FROM conversation_members WHERE workspace_id = $1";

    private const string Past =
        "SELECT conversation_id, agent_id, from_sequence, to_sequence FROM past_members WHERE workspace_id = $1";

    /// <summary>The memberships of a conversation that cover one of its events or a later one.</summary>
    /// <param name="sequence">The event's number among those of the conversation.</param>
    public Task<List<Membership>> OfAsync(
        Id<Conversation> conversation,
        long sequence,
        CancellationToken cancellation = default
    ) =>
        ReadAsync(
            $"{Present} AND conversation_id = $2 UNION ALL {Past} AND conversation_id = $2 AND to_sequence >= $3",
            cancellation,
            conversation.Value,
            sequence
        );

    /// <summary>
    /// The memberships of an agent that cover events of a time or a later one. Of past ones those come first that ended
    /// first, which are those of a reader's next events; what is left out of very many is of later ones.
    /// </summary>
    public Task<List<Membership>> OfAsync(
        Id<AgentAccount> agent,
        DateTimeOffset since,
        CancellationToken cancellation = default
    ) =>
        ReadAsync(
            $"""
            {Present} AND agent_id = $2 UNION ALL SELECT * FROM (
                {Past} AND agent_id = $2 AND left_at >= $3 ORDER BY left_at LIMIT {MostPast}) past
            """,
            cancellation,
            agent.Value,
            since - Skew
        );

    private Task<List<Membership>> ReadAsync(
        string sql,
        CancellationToken cancellation,
        params object?[] arguments
    ) =>
        store.ReadAsync(
            home.Workspace,
            db =>
                db.QueryAsync(
                    sql,
                    row => new Membership(
                        row.Id<Conversation>(0),
                        row.Id<AgentAccount>(1),
                        row.Int64(2),
                        row.Int64OrNull(3)
                    ),
                    [home.Workspace.Value, .. arguments]
                ),
            cancellation
        );
}
