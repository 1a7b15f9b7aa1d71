using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Contracts;

/// <summary>Which contracts of an agent are wanted.</summary>
/// <param name="Role">Those in which it is the client, or the provider; null for both.</param>
public sealed record ContractFilter(ContractRole? Role = null, ContractStatus? Status = null);

/// <summary>Shows contracts to their parties, as the time makes them, whether or not a worker has come round to it.</summary>
public sealed class ContractViews(Store store, MessagingHome home, ContractLapse lapse)
{
    /// <exception cref="NotFound">There is none, or the agent is no party of it.</exception>
    public async Task<Contract> GetAsync(
        Id<AgentAccount> agent,
        Id<Contract> id,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(agent, cancellation);
        return await store.ReadAsync(
            home.Workspace,
            db => RequireAsync(db, agent, id),
            cancellation
        );
    }

    /// <summary>Newest first.</summary>
    /// <param name="before">The last contract of the page before; null begins with the newest.</param>
    public async Task<Page<Contract>> ListAsync(
        Id<AgentAccount> agent,
        ContractFilter filter,
        Id<Contract>? before,
        int limit,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(agent, cancellation);
        var whose = filter.Role switch
        {
            ContractRole.Client => "client_id = $2",
            ContractRole.Provider => "provider_id = $2",
            _ => "(client_id = $2 OR provider_id = $2)",
        };
        var found = await store.ReadAsync(
            home.Workspace,
            db =>
                db.QueryAsync(
                    $"""
                    SELECT {ContractRows.Columns} FROM contracts
                    WHERE workspace_id = $1 AND {whose} AND id < $3 AND ($4 = '' OR status = $4) ORDER BY id DESC LIMIT $5
                    """,
                    ContractRows.Read,
                    home.Workspace.Value,
                    agent.Value,
                    before?.Value ?? Guid.AllBitsSet,
                    filter.Status is { } status ? status : "",
                    (long)limit + 1
                ),
            cancellation
        );
        return Page.Of(found, limit);
    }

    /// <summary>What was changed of a contract, oldest first.</summary>
    /// <param name="after">The number of the last change of the page before; 0 begins with the offer.</param>
    /// <exception cref="NotFound">There is none, or the agent is no party of it.</exception>
    public async Task<Page<ContractChange>> HistoryAsync(
        Id<AgentAccount> agent,
        Id<Contract> id,
        long after,
        int limit,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(agent, cancellation);
        return await store.ReadAsync(
            home.Workspace,
            async db =>
            {
                await RequireAsync(db, agent, id);
                return Page.Of(await ContractHistory.ListAsync(db, id, after, limit + 1), limit);
            },
            cancellation
        );
    }

    private static async ValueTask<Contract> RequireAsync(
        Db db,
        Id<AgentAccount> agent,
        Id<Contract> id
    ) =>
        await ContractRows.FindAsync(db, id) is { } contract && contract.RoleOf(agent) is not null
            ? contract
            : throw ContractRows.Unknown();
}
