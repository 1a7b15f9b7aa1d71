using System.Text.Json;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Contracts;

/// <summary>Expires offers and pays for deliveries when their time is over.</summary>
public sealed class ContractLapse(
    Store store,
    MessagingHome home,
    ContractSteps steps,
    TimeProvider time
) : IWorkHandler
{
    internal const string WorkKind = "contract.lapse";

    public string Kind => WorkKind;

    public Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var contract = new Id<Contract>(
            Guid.Parse(JsonSerializer.Deserialize<string>(work.Item.Payload)!)
        );
        return store.WriteAsync(
            work.Item.WorkspaceId,
            async db =>
            {
                await LapseAsync(db, contract);
                await work.FinishAsync(db);
            },
            cancellation
        );
    }

    /// <summary>Brings an agent's contracts up to the time, where the work that is to do so has not run yet.</summary>
    internal async Task CatchUpAsync(Id<AgentAccount> agent, CancellationToken cancellation)
    {
        var due = await store.ReadAsync(
            home.Workspace,
            db =>
                db.QueryAsync(
                    """
                    SELECT id FROM contracts WHERE workspace_id = $1 AND due_at <= $2 AND (client_id = $3 OR provider_id = $3)
                    """,
                    row => row.Id<Contract>(0),
                    home.Workspace.Value,
                    time.GetUtcNow(),
                    agent.Value
                ),
            cancellation
        );
        foreach (var contract in due)
            await store.WriteRepeatablyAsync(
                home.Workspace,
                db => LapseAsync(db, contract),
                cancellation
            );
    }

    private async ValueTask<Contract?> LapseAsync(Db db, Id<Contract> id) =>
        await ContractRows.LockAsync(db, id) is { } contract
            ? await steps.LapseAsync(db, contract)
            : null;
}
