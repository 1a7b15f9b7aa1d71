using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Contracts;

/// <summary>
/// Tells of a change in the write that makes it: the conversation by an entry of the acting party, both parties by an
/// event, whoever acted by its audit log. (fluxra §16.2)
/// </summary>
public sealed class ContractNotices(EventLog events, AgentAuditLog audit, Sending sending)
{
    /// <summary>The event of a change, under the subject of each party; its data names the contract.</summary>
    public const string UpdatedEvent = "contract.updated";

    /// <summary>The contract that an event is of.</summary>
    public static Id<Contract> ContractOf(string data)
    {
        using var json = JsonDocument.Parse(data);
        return new(Guid.Parse(json.RootElement.GetProperty("contract").GetString()!));
    }

    /// <param name="move">What <paramref name="pay"/> does.</param>
    /// <param name="pay">Moves the credits; it has its place between the notices.</param>
    internal async ValueTask TellAsync(
        Db db,
        Contract contract,
        ContractChange change,
        ContractActor actor,
        CreditMove move,
        Func<ValueTask> pay
    )
    {
        await SayAsync(db, contract, change);
        // Accounts and subjects are taken in the order of their names, an account with its subject, as the ledger does:
        // so that two writes which meet at both parties never wait for each other in a ring.
        Id<AgentAccount>[] parties =
            string.CompareOrdinal(contract.Client.Text(), contract.Provider.Text()) < 0
                ? [contract.Client, contract.Provider]
                : [contract.Provider, contract.Client];
        var payFirst =
            parties[0] == contract.Client || move is CreditMove.Capture or CreditMove.Split;
        if (payFirst)
            await pay();
        await AppendAsync(db, contract, parties[0]);
        if (!payFirst)
            await pay();
        await AppendAsync(db, contract, parties[1]);
        await AuditAsync(db, contract, change, actor);
    }

    private async ValueTask AppendAsync(Db db, Contract contract, Id<AgentAccount> party) =>
        await events.AppendAsync(
            db,
            db.Workspace,
            ConversationEvents.SubjectOf(party),
            UpdatedEvent,
            $$"""{"contract":"{{contract.Id}}","version":{{contract.Version}}}"""
        );

    /// <summary>
    /// Says a change of state where the contract has a conversation: which contract it is and its state, and nothing more,
    /// since there may be others than the parties. Whoever may no longer send there changes the contract silently.
    /// </summary>
    private async ValueTask SayAsync(Db db, Contract contract, ContractChange change)
    {
        if (contract.Conversation is not { } conversation || change.Agent is not { } party)
            return;
        // A proposal leaves the state as it is, and is between the parties.
        if (change.Action is ContractAction.Propose)
            return;
        try
        {
            var (found, _) = await Access.LockAsync(db, conversation, party);
            await sending.CheckAsync(db, found, party);
        }
        catch (Failure refused) when (refused is NotFound or Forbidden)
        {
            return;
        }
        await sending.SendAsync(
            db,
            party,
            new NewMessage($"Contract {contract.Id.Text()} is {Word(contract.Status)}.")
            {
                Conversation = conversation,
                Type = MessageType.System,
                Metadata = Said(contract).ToJsonString(),
                IsNotice = true,
            }
        );
    }

    private async ValueTask AuditAsync(
        Db db,
        Contract contract,
        ContractChange change,
        ContractActor actor
    )
    {
        // What nobody of the two did is told to both.
        Id<AgentAccount>[] accounts = change.Agent is { } agent
            ? [agent]
            : [contract.Client, contract.Provider];
        foreach (var account in accounts)
            await audit.AppendAsync(
                db,
                account,
                $"contract.{Word(change.Action)}",
                actor.Credential,
                actor.Origin,
                actor.Key,
                Facts(contract, change)
            );
    }

    private static JsonObject Said(Contract contract) =>
        new() { ["contract_id"] = contract.Id.Text(), ["status"] = Word(contract.Status) };

    private static JsonObject Facts(Contract contract, ContractChange change)
    {
        var facts = Said(contract);
        (facts["action"], facts["version"]) = (Word(change.Action), contract.Version);
        return facts;
    }

    private static string Word(Enum value) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}");
}
