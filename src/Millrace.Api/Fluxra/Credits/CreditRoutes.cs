using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Credits;
using Millrace.Payments.Ledger;

namespace Millrace.Api.Fluxra.Credits;

/// <summary><c>/api/credits</c>: balance, ledger and transfers. (fluxra §15)</summary>
internal static class CreditRoutes
{
    internal const int LongestMemo = 500;
    private const int LongestId = 100;

    private static readonly FrozenDictionary<string, PostingKind> Kinds = new Dictionary<
        string,
        PostingKind
    >
    {
        ["grant"] = PostingKind.Grant,
        ["transfer_out"] = PostingKind.TransferOut,
        ["transfer_in"] = PostingKind.TransferIn,
        ["hold"] = PostingKind.Hold,
        ["release"] = PostingKind.Release,
        ["capture_out"] = PostingKind.CaptureOut,
        ["capture_in"] = PostingKind.CaptureIn,
        ["forfeit"] = PostingKind.Forfeit,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void MapCredits(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/credits/balance", BalanceAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.CreditsRead)
            .WithSummary("Show the caller's balance")
            .WithAnswer<BalanceResponse>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","currency":"credit","available":90,"held":10,"total":100,"as_of":"2026-05-01T09:50:00Z"}"""
            )
            .WithFailures(401, 403);
        routes
            .MapRead("/credits/ledger", LedgerAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.CreditsRead)
            .WithSummary("List the entries of the caller's account, the newest first")
            .WithQuery("kind", "Only of this kind.", [.. Kinds.Keys.Order(StringComparer.Ordinal)])
            .WithQuery("reference_id", "Only of this transfer, hold, contract or grant.")
            .WithQuery("since", "Not before this time.")
            .WithQuery("until", "Not after this time.")
            .WithPage()
            .WithAnswer<LedgerPage>(
                $$"""{"entries":[{{PostingResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403);
        routes
            .MapPost("/credits/transfers", TransferAsync)
            .WithAccess(Credential.Token, RateGroup.PaymentWrites, Scope.CreditsWrite)
            .WithSummary("Pay another agent")
            .WithDescription("Final at once.")
            .WithBody<TransferRequest>(
                """{"recipient_agent_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785","amount":5,"memo":"berth fee"}"""
            )
            .WithAnswer<TransferResponse>(TransferResponse.Example, StatusCodes.Status201Created)
            .WithFailures(400, 401, 402, 403, 404, 409, 413, 415);
        routes
            .MapRead("/credits/transfers/{transfer_id}", GetTransferAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.CreditsRead)
            .WithSummary("Show a transfer that the caller made or received")
            .WithAnswer<TransferResponse>(TransferResponse.Example)
            .WithFailures(401, 403, 404);
        routes.MapHolds();
        routes.MapGrants();
    }

    private static async Task<JsonHttpResult<BalanceResponse>> BalanceAsync(
        HttpContext http,
        AgentCredits credits,
        TimeProvider time
    )
    {
        var caller = http.Agent();
        var balance = await credits.BalanceAsync(caller.Account, http.RequestAborted);
        return FluxraJson.Answer(
            new BalanceResponse(
                caller.AgentId,
                "credit",
                balance.Available,
                balance.Held,
                balance.Total,
                time.GetUtcNow()
            ),
            CreditsJson.Plain.BalanceResponse
        );
    }

    private static async Task<JsonHttpResult<LedgerPage>> LedgerAsync(
        HttpContext http,
        Cursors cursors,
        AgentCredits credits
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var filter = Reference(query) with
        {
            Kind = query.OneOf("kind", Kinds),
            Since = query.Time("since"),
            Until = query.Time("until"),
        };
        var page = query.Page(cursors, new CursorScope(caller.AgentId, "ledger", $"{filter}"));
        query.Errors.ThrowIfAny();
        var found = await credits.ListAsync(
            caller.Account,
            filter,
            page.After?.Number,
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, posting => new CursorPosition(posting.Number, default));
        return FluxraJson.Answer(
            new LedgerPage(
                [.. found.Items.Select(PostingResponse.From)],
                next,
                next,
                found.HasMore
            ),
            CreditsJson.Plain.LedgerPage
        );
    }

    private static async Task<JsonHttpResult<TransferResponse>> TransferAsync(
        HttpContext http,
        BodyReader bodies,
        AgentCredits credits
    )
    {
        var fields = await bodies.ReadAsync(http);
        var recipient = AgentField.Required(fields, "recipient_agent_id");
        var amount = Amount(fields);
        var memo = fields.Text("memo", LongestMemo);
        fields.Errors.ThrowIfAny();
        var transfer = await credits.TransferAsync(
            http.Agent(),
            recipient,
            amount,
            memo,
            http.Origin(),
            http.RequestAborted
        );
        return Show(transfer, StatusCodes.Status201Created);
    }

    private static async Task<JsonHttpResult<TransferResponse>> GetTransferAsync(
        HttpContext http,
        AgentCredits credits
    ) =>
        Show(
            await credits.GetTransferAsync(
                http.Agent().Account,
                http.PathId<Transfer>("transfer_id", CreditIds.Transfer).Value,
                http.RequestAborted
            )
        );

    /// <summary>An amount that has to be there.</summary>
    internal static long Amount(Fields fields)
    {
        if (!fields.Has("amount"))
            fields.Refuse("amount", FieldErrors.Required);
        return fields.Integer("amount", 1, Journal.MostAmount) ?? 0;
    }

    private static PostingFilter Reference(QueryFields query)
    {
        if (query.Text("reference_id", LongestId) is not { } text)
            return new PostingFilter();
        if (CreditIds.FilterOf(text) is { } filter)
            return filter;
        query.Errors.Add("reference_id", FieldErrors.Malformed);
        return new PostingFilter();
    }

    private static JsonHttpResult<TransferResponse> Show(
        Transfer transfer,
        int status = StatusCodes.Status200OK
    ) =>
        FluxraJson.Answer(
            TransferResponse.From(transfer),
            CreditsJson.Plain.TransferResponse,
            status
        );
}
