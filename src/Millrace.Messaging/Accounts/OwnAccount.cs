using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>
/// Holds an account's row until a write ends, so that changes of its keys, its mails and its recovery key follow one
/// another, and nobody else begins anything with it. What a write reads of the account it reads behind this.
/// </summary>
internal static class OwnAccount
{
    /// <summary>For a write by the account's own credentials.</summary>
    /// <exception cref="Unauthenticated">
    /// Since the caller was let in the account was deleted, or another recovery key has taken the place of the presented one.
    /// </exception>
    public static async ValueTask HoldAsync(Db db, AgentCaller caller)
    {
        var held = await FindAsync(db, caller.Account);
        if (
            held is null
            || caller.RecoveryDigest is { } presented
                && !presented.AsSpan().SequenceEqual(held.RecoveryDigest)
        )
            throw new Unauthenticated("unauthorized", "Credentials are missing or invalid.");
    }

    /// <summary>False when there is no such account, or it is deleted.</summary>
    public static async ValueTask<bool> HoldAsync(Db db, Id<AgentAccount> account) =>
        await FindAsync(db, account) is not null;

    private static ValueTask<Held?> FindAsync(Db db, Id<AgentAccount> account) =>
        db.FirstAsync(
            $"""
            SELECT recovery_digest FROM agent_accounts WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
            {db.Held("FOR UPDATE")}
            """,
            row => new Held(row.BytesOrNull(0)),
            db.Workspace.Value,
            account.Value
        );

    private sealed record Held(byte[]? RecoveryDigest);
}
