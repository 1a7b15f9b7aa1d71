using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Contracts;

/// <summary>
/// An agent leaves no running contract behind: while there is one it is not deleted. What is only offered ends, and the
/// price goes back to whoever set it aside. (fluxra §9.7)
/// </summary>
internal sealed class ContractPart(ContractSteps steps) : IAccountPart
{
    public async ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now)
    {
        var actor = new ContractActor(account, AuditActor.RecoveryKey, null, CallOrigin.Server);
        foreach (var open in await ContractRows.LockOpenAsync(db, account))
        {
            var contract = await steps.LapseAsync(db, open);
            if (contract.IsRunning)
                throw new Conflict(
                    "contract_running",
                    $"The agent is a party to {contract.Id.Text()}, which has not ended."
                );
            if (contract.Status is not ContractStatus.Offered)
                continue;
            var role = contract.RoleOf(account)!.Value;
            var act = new ContractAct(
                role is ContractRole.Client ? ContractAction.Cancel : ContractAction.Reject
            );
            await steps.TakeAsync(db, contract, role, act, actor);
        }
    }
}
