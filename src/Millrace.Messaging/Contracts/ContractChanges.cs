using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Credits;

namespace Millrace.Messaging.Contracts;

/// <summary>
/// Offers contracts and leads them through their states: each change, what it does with the credits and all that tells of
/// it are one write. (fluxra §16.2 to 16.4)
/// </summary>
public sealed class ContractChanges(
    Store store,
    MessagingHome home,
    ContractSteps steps,
    CreditLapse lapse,
    TimeProvider time
)
{
    /// <exception cref="Invalid">The provider is oneself, or not both are in the conversation.</exception>
    /// <exception cref="NotFound">There is no such provider or conversation.</exception>
    /// <exception cref="Forbidden">One of the two has blocked the other.</exception>
    /// <exception cref="PaymentRequired">The client has less available than the price.</exception>
    public async Task<Contract> OfferAsync(
        AgentCaller client,
        NewContract request,
        CallOrigin origin,
        CancellationToken cancellation = default
    )
    {
        if (request.Price > 0)
            await lapse.CatchUpAsync(client.Account, cancellation);
        return await store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                await CheckAsync(db, client.Account, request);
                var now = time.GetUtcNow();
                var offer = new Contract
                {
                    Id = Id<Contract>.New(now),
                    Client = client.Account,
                    Provider = request.Provider,
                    Title = request.Title,
                    Terms = request.Terms,
                    Price = request.Price,
                    Status = ContractStatus.Offered,
                    Conversation = request.Conversation,
                    OfferExpiresAt = now + request.OfferLasts,
                    DeliverBy = request.DeliverBy,
                    ReviewWindow = request.ReviewWindow,
                    Entered = new Entry(ContractAction.Offer, ContractRole.Client),
                    Version = 1,
                    CreatedAt = now,
                    UpdatedAt = now,
                };
                return await steps.OfferAsync(db, offer, ContractActor.Of(client, origin));
            },
            cancellation
        );
    }

    /// <summary>
    /// Does what the table of states allows. A repeat of what brought the contract into its state, by the same party,
    /// changes nothing.
    /// </summary>
    /// <exception cref="NotFound">There is no such contract, or it is others' business.</exception>
    /// <exception cref="Forbidden">It is the other party's to do.</exception>
    /// <exception cref="Conflict"><c>state_invalid</c>, or another version than expected.</exception>
    /// <exception cref="Invalid">The provider's amount is more than the price.</exception>
    public Task<Contract> ActAsync(
        ContractActor actor,
        Id<Contract> id,
        ContractAct act,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var contract = await ContractRows.LockAsync(db, id) ?? throw ContractRows.Unknown();
                var role = actor.RoleIn(contract) ?? throw ContractRows.Unknown();
                Transitions.RequireTheirs(act.Action, role);
                contract = await steps.LapseAsync(db, contract);
                if (act.ProviderAmount > contract.Price)
                    throw new Invalid(
                        "amount_out_of_range",
                        $"The price is {contract.Price}.",
                        "provider_amount"
                    );
                if (IsRepeat(contract, role, act))
                    return contract;
                if (act.ExpectedVersion is { } expected && expected != contract.Version)
                    throw new Conflict(
                        "version_mismatch",
                        $"The contract is at version {contract.Version}."
                    );
                return await steps.TakeAsync(db, contract, role, Meant(contract, role, act), actor);
            },
            cancellation
        );

    private static async ValueTask CheckAsync(Db db, Id<AgentAccount> client, NewContract request)
    {
        if (request.Provider == client)
            throw new Invalid(
                "to_oneself",
                "An agent makes no contract with itself.",
                "provider_id"
            );
        await Access.RequirePairAsync(db, client, request.Provider, "provider_id");
        await BlockRules.RequireNoneAsync(db, client, [request.Provider]);
        if (request.Conversation is not { } conversation)
            return;
        await Access.RequireAsync(db, conversation, client);
        if (await Access.RoleAsync(db, conversation, request.Provider) is null)
            throw new Invalid(
                "provider_elsewhere",
                "The provider is not a member of this conversation.",
                "conversation_id"
            );
    }

    /// <summary>A proposal that meets the other party's is a resolution.</summary>
    private static ContractAct Meant(Contract contract, ContractRole role, ContractAct act)
    {
        if (act.Action is not ContractAction.Resolve || role is ContractRole.Operator)
            return act;
        var other = role is ContractRole.Client ? ContractRole.Provider : ContractRole.Client;
        // In any other state the table refuses a resolution by itself.
        return contract.Dispute is null || contract.Dispute.ProposalOf(other) == act.ProviderAmount
            ? act
            : act with
            {
                Action = ContractAction.Propose,
            };
    }

    private static bool IsRepeat(Contract contract, ContractRole role, ContractAct act)
    {
        if (act.Action is not ContractAction.Resolve)
            // A second delivery replaces the first.
            return act.Action is not ContractAction.Deliver
                && contract.Entered == new Entry(act.Action, role);
        return contract switch
        {
            { Status: ContractStatus.Disputed, Dispute: { } dispute } => role
                is not ContractRole.Operator
                && dispute.ProposalOf(role) == act.ProviderAmount,
            // Where they agreed both brought it about.
            { Status: ContractStatus.Resolved, Resolution: { } resolution } =>
                resolution.ProviderAmount == act.ProviderAmount
                    && resolution.ResolvedBy is null == role is ContractRole.Operator,
            _ => false,
        };
    }
}
