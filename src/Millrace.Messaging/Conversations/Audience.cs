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
    /// <summary>All memberships of a conversation, past ones too.</summary>
    public Task<List<Membership>> OfAsync(
        Id<Conversation> conversation,
        CancellationToken cancellation = default
    ) => ReadAsync("conversation_id", conversation.Value, cancellation);

    /// <summary>All memberships of an agent, past ones too.</summary>
    public Task<List<Membership>> OfAsync(
        Id<AgentAccount> agent,
        CancellationToken cancellation = default
    ) => ReadAsync("agent_id", agent.Value, cancellation);

    private Task<List<Membership>> ReadAsync(
        string column,
        Guid value,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            home.Workspace,
            db =>
                db.QueryAsync(
                    $"""
                    SELECT conversation_id, agent_id, from_sequence, NULL FROM conversation_members
                    WHERE workspace_id = $1 AND {column} = $2
                    UNION ALL
                    SELECT conversation_id, agent_id, from_sequence, to_sequence FROM past_members
                    WHERE workspace_id = $1 AND {column} = $2
                    """,
                    row => new Membership(
                        row.Id<Conversation>(0),
                        row.Id<AgentAccount>(1),
                        row.Int64(2),
                        row.Int64OrNull(3)
                    ),
                    home.Workspace.Value,
                    value
                ),
            cancellation
        );
}
