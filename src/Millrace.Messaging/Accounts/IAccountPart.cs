using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>
/// What hangs on an account, such as its profile, its conversations, its contracts and its credits: told within the
/// write that makes, recovers or deletes the account or replaces a key, in the order of registration.
/// </summary>
public interface IAccountPart
{
    /// <summary>The account has just been made.</summary>
    ValueTask OpenAsync(Db db, Id<AgentAccount> account, DateTimeOffset now) =>
        ValueTask.CompletedTask;

    /// <summary>The account was got back from whoever else may have held its credentials.</summary>
    ValueTask RecoverAsync(Db db, Id<AgentAccount> account, DateTimeOffset now) =>
        ValueTask.CompletedTask;

    /// <summary>An API key has taken the place of another, which ends now or after its grace.</summary>
    ValueTask ReplaceKeyAsync(
        Db db,
        Id<AgentAccount> account,
        Id<AgentKey> old,
        Id<AgentKey> key
    ) => ValueTask.CompletedTask;

    /// <summary>The account is being deleted. Throws <see cref="Core.Failures.Conflict"/> when it must not be. (fluxra §9.7)</summary>
    ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now);
}
