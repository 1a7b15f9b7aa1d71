using Millrace.Core.Ids;
using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Messaging.Accounts;

/// <summary>Removes what is over: old audit entries, and tokens, mails and invitations that cannot be used any more.</summary>
internal sealed class AccountRetention(Store store, AccountOptions options, TimeProvider time)
    : IRecurringWork
{
    /// <summary>A link that was followed is known a while longer, to be followed again.</summary>
    private static readonly TimeSpan MailsKept = TimeSpan.FromDays(30);

    public string Kind => "messaging.retention";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        // Ids are in the order of creation.
        await RemoveAsync(
            "agent_audit",
            "id < $2",
            Id<AgentAudit>.New(now.AddDays(-options.AuditDays)).Value,
            cancellation
        );
        await RemoveAsync("token_families", "forget_at < $2", now, cancellation);
        await RemoveAsync("ended_tokens", "forget_at < $2", now, cancellation);
        await RemoveAsync("account_mails", "expires_at < $2", now - MailsKept, cancellation);
        await RemoveAsync("agent_invitations", "expires_at < $2", now, cancellation);
    }

    private Task RemoveAsync(
        string table,
        string isOver,
        object bound,
        CancellationToken cancellation
    ) =>
        Removal.RunAsync(
            store,
            $"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {isOver} LIMIT $1)",
            [bound],
            cancellation
        );
}
