using System.Text.Json.Nodes;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Conversations;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Credits;

/// <summary>A payment from one agent to another; it is final.</summary>
public sealed record Transfer(
    Guid Id,
    Id<AgentAccount> Sender,
    Id<AgentAccount> Recipient,
    long Amount,
    string? Memo,
    DateTimeOffset CreatedAt
);

/// <summary>What agents have, and what they pay each other. (fluxra §15.1 to 15.5, 15.10)</summary>
public sealed class AgentCredits(
    Store store,
    MessagingHome home,
    Journal journal,
    AgentAuditLog audit,
    CreditLapse lapse,
    TimeProvider time
)
{
    internal const string TransferReference = "transfer";
    internal const string GrantReference = "grant";

    private const string OwnerKind = "agent";

    /// <summary>An agent's account in the ledger. Its events stand under the agent's own subject.</summary>
    public static AccountOwner AccountOf(Id<AgentAccount> agent) => new(OwnerKind, agent.Value);

    /// <summary>What the agent has, as the time makes it, whether or not a worker has come round to it.</summary>
    public async Task<Balance> BalanceAsync(
        Id<AgentAccount> agent,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(agent, cancellation);
        return await store.ReadAsync(
            home.Workspace,
            db => Journal.BalanceAsync(db, AccountOf(agent)),
            cancellation
        );
    }

    /// <summary>What was posted to an agent's account, newest first.</summary>
    /// <param name="before">The number of the last posting of the page before.</param>
    public async Task<Page<Posting>> ListAsync(
        Id<AgentAccount> agent,
        PostingFilter filter,
        long? before,
        int limit,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(agent, cancellation);
        return await store.ReadAsync(
            home.Workspace,
            async db =>
                Page.Of(
                    await Statement.ListAsync(db, AccountOf(agent), filter, before, limit + 1),
                    limit
                ),
            cancellation
        );
    }

    /// <exception cref="PaymentRequired">The sender has less available.</exception>
    /// <exception cref="NotFound">There is no such recipient.</exception>
    /// <exception cref="Forbidden">One of the two has blocked the other.</exception>
    public async Task<Transfer> TransferAsync(
        AgentCaller caller,
        Id<AgentAccount> recipient,
        long amount,
        string? memo,
        CallOrigin origin,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(caller.Account, cancellation);
        return await store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                await RequirePartnerAsync(db, caller.Account, recipient, "recipient_agent_id");
                var posting = await journal.TransferAsync(
                    db,
                    AccountOf(caller.Account),
                    AccountOf(recipient),
                    amount,
                    new Reference(TransferReference, Guid.CreateVersion7(time.GetUtcNow())),
                    memo
                );
                await NoteAsync(db, caller, origin, posting);
                return TransferOf(posting);
            },
            cancellation
        );
    }

    /// <summary>A payment that the agent made or received.</summary>
    /// <exception cref="NotFound">There is none, or it is others' business.</exception>
    public Task<Transfer> GetTransferAsync(
        Id<AgentAccount> agent,
        Guid transfer,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var postings = await Statement.ListAsync(
                    db,
                    AccountOf(agent),
                    new PostingFilter { Reference = transfer },
                    before: null,
                    limit: 1
                );
                return postings is [{ Reference.Type: TransferReference } posting]
                    ? TransferOf(posting)
                    : throw new NotFound("transfer_not_found", "There is no such transfer.");
            },
            cancellation
        );

    /// <summary>Gives credits to an agent, for the operator.</summary>
    /// <exception cref="NotFound">There is no such agent.</exception>
    public Task<Posting> GrantAsync(
        Id<AgentAccount> agent,
        long amount,
        string? memo,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                await Access.RequireAgentsAsync(db, [agent], "agent_id");
                var posting = await journal.GrantAsync(
                    db,
                    AccountOf(agent),
                    amount,
                    new Reference(GrantReference, Guid.CreateVersion7(time.GetUtcNow())),
                    memo
                );
                await audit.AppendAsync(
                    db,
                    agent,
                    "credits.grant",
                    AuditActor.Operator,
                    origin,
                    details: new JsonObject { ["amount"] = amount }
                );
                return posting;
            },
            cancellation
        );

    /// <summary>Fails unless an agent may pay another: it exists, is another, and neither has blocked the other.</summary>
    internal static async ValueTask RequirePartnerAsync(
        Db db,
        Id<AgentAccount> agent,
        Id<AgentAccount> other,
        string field
    )
    {
        if (agent == other)
            throw new Invalid("to_oneself", $"{field}: an agent cannot pay itself.", field);
        await Access.RequirePairAsync(db, agent, other, field);
        await BlockRules.RequireNoneAsync(db, agent, [other]);
    }

    private ValueTask NoteAsync(Db db, AgentCaller caller, CallOrigin origin, Posting posting) =>
        audit.AppendAsync(
            db,
            caller.Account,
            "credits.transfer_out",
            caller.Credential,
            origin,
            caller.Key,
            new JsonObject { ["amount"] = -posting.AvailableDelta }
        );

    private static Transfer TransferOf(Posting posting)
    {
        var (own, other) = (
            new Id<AgentAccount>(posting.Account.Id),
            new Id<AgentAccount>(posting.Counterparty.Id)
        );
        var isSender = posting.Kind is PostingKind.TransferOut;
        return new Transfer(
            posting.Reference.Id,
            isSender ? own : other,
            isSender ? other : own,
            Math.Abs(posting.AvailableDelta),
            posting.Memo,
            posting.CreatedAt
        );
    }
}
