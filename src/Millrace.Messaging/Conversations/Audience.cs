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
        store.ReadAsync(
            home.Workspace,
            db =>
                db.QueryAsync(
                    $"{Present} AND conversation_id = $2 UNION ALL {Past} AND conversation_id = $2 AND to_sequence >= $3",
                    Read,
                    home.Workspace.Value,
                    conversation.Value,
                    sequence
                ),
            cancellation
        );

    /// <summary>
    /// An agent's memberships that cover some of the events of conversations: it costs by the events, however many
    /// conversations the agent is in.
    /// </summary>
    /// <param name="events">Of each conversation the first and the last event's number.</param>
    public Task<List<Membership>> OfAsync(
        Id<AgentAccount> agent,
        IReadOnlyCollection<(Id<Conversation> Conversation, long First, long Last)> events,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var found = await db.QueryEachAsync(
                    $"""
                    {Present} AND conversation_id = $2 AND agent_id = $3 AND from_sequence <= $5
                    UNION ALL {Past} AND conversation_id = $2 AND agent_id = $3 AND to_sequence >= $4 AND from_sequence <= $5
                    """,
                    Read,
                    [
                        .. events.Select(row =>
                            new object?[]
                            {
                                home.Workspace.Value,
                                row.Conversation.Value,
                                agent.Value,
                                row.First,
                                row.Last,
                            }
                        ),
                    ]
                );
                return found.SelectMany(memberships => memberships).ToList();
            },
            cancellation
        );

    private static Membership Read(Row row) =>
        new(
            row.Id<Conversation>(0),
            row.Id<AgentAccount>(1),
            row.Int64(2),
            row.Int64OrNull(3)
        );
}
