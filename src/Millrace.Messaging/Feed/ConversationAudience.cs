using System.Collections.Frozen;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Feed;

/// <summary>Who was a member of one conversation at which of its events, from one of them on.</summary>
internal sealed class ConversationAudience(long from, IReadOnlyList<Membership> memberships)
{
    private readonly FrozenDictionary<Id<AgentAccount>, Membership[]> _byAgent = memberships
        .GroupBy(membership => membership.Agent)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>The number of the first event whose members are all known.</summary>
    public long From => from;

    public IReadOnlyList<Membership> Memberships => memberships;

    public bool Covers(Id<AgentAccount> agent, long sequence) =>
        _byAgent.TryGetValue(agent, out var own)
        && Array.Exists(own, membership => membership.Covers(sequence));
}
