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
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Contracts;

namespace Millrace.Api.Fluxra.Contracts;

/// <summary><c>/api/contracts</c>: offering and reading them. (fluxra §16)</summary>
internal static class ContractRoutes
{
    private const string Root = "/contracts";
    private const string One = "/contracts/{contract_id}";

    public static void MapContracts(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(Root, OfferAsync)
            .WithAccess(Credential.Token, RateGroup.PaymentWrites, Scope.ContractsWrite)
            .WithSummary("Offer a contract")
            .WithDescription("A price above 0 needs `credits:write`, too, and is held at once.")
            .WithBody<OfferRequest>(
                """{"provider_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785","title":"Tide table, north quay","terms":"CSV for May, 10-minute steps.","price":10}"""
            )
            .WithAnswer<ContractResponse>(ContractResponse.Example, StatusCodes.Status201Created)
            .WithFailures(400, 401, 402, 403, 404, 413, 415);
        routes
            .MapRead(Root, ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.ContractsRead)
            .WithSummary("List the caller's contracts, the newest first")
            .WithQuery("role", "What the caller is in them.", "client", "provider")
            .WithQuery("status", "Only of this status.", [.. ContractFields.Statuses.Keys])
            .WithPage()
            .WithAnswer<ContractList>(
                $$"""{"contracts":[{{ContractResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403);
        routes
            .MapRead(One, GetAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.ContractsRead)
            .WithSummary("Show a contract to one of its parties")
            .WithAnswer<ContractResponse>(ContractResponse.Example)
            .WithFailures(401, 403, 404);
        routes
            .MapRead($"{One}/events", HistoryAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.ContractsRead)
            .WithSummary("List what was changed of a contract, the oldest first")
            .WithPage()
            .WithAnswer<ContractEventList>(
                $$"""{"events":[{{ContractEventResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403, 404);
        routes.MapContractActs();
    }

    public static Id<Contract> ContractId(this HttpContext http) =>
        http.PathId<Contract>("contract_id", ContractIds.Prefix);

    public static JsonHttpResult<ContractResponse> Show(
        Contract contract,
        int status = StatusCodes.Status200OK
    ) =>
        FluxraJson.Answer(
            ContractResponse.From(contract),
            ContractsJson.Plain.ContractResponse,
            status
        );

    /// <exception cref="Forbidden">The token lacks the scope to move credits.</exception>
    public static void RequireCredits(AgentCaller caller)
    {
        if (!caller.May(Scope.CreditsWrite))
            throw new Forbidden("scope_missing", "The token lacks the scope credits:write.");
    }

    private static async Task<JsonHttpResult<ContractResponse>> OfferAsync(
        HttpContext http,
        BodyReader bodies,
        ContractChanges contracts,
        TimeProvider time
    )
    {
        var client = http.Agent();
        var fields = await bodies.ReadAsync(http);
        var offer = ContractFields.ReadOffer(fields, time.GetUtcNow());
        // Whether it is needed only the body tells; it decides before the body's faults do. (fluxra §4.3)
        if (offer.Price > 0)
            RequireCredits(client);
        fields.Errors.ThrowIfAny();
        return Show(
            await contracts.OfferAsync(client, offer, http.Origin(), http.RequestAborted),
            StatusCodes.Status201Created
        );
    }

    private static async Task<JsonHttpResult<ContractList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        ContractViews contracts
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var filter = new ContractFilter(
            query.OneOf("role", ContractFields.Roles),
            query.OneOf("status", ContractFields.Statuses)
        );
        var page = query.Page(cursors, new CursorScope(caller.AgentId, "contracts", $"{filter}"));
        query.Errors.ThrowIfAny();
        var found = await contracts.ListAsync(
            caller.Account,
            filter,
            page.After?.As<Contract>(),
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, contract => new CursorPosition(0, contract.Id.Value));
        return FluxraJson.Answer(
            new ContractList(
                [.. found.Items.Select(ContractResponse.From)],
                next,
                next,
                found.HasMore
            ),
            ContractsJson.Plain.ContractList
        );
    }

    private static async Task<JsonHttpResult<ContractResponse>> GetAsync(
        HttpContext http,
        ContractViews contracts
    ) =>
        Show(
            await contracts.GetAsync(http.Agent().Account, http.ContractId(), http.RequestAborted)
        );

    private static async Task<JsonHttpResult<ContractEventList>> HistoryAsync(
        HttpContext http,
        Cursors cursors,
        ContractViews contracts
    )
    {
        var caller = http.Agent();
        var id = http.ContractId();
        var query = new QueryFields(http.Request);
        var page = query.Page(
            cursors,
            new CursorScope(caller.AgentId, "contract events", id.Text())
        );
        query.Errors.ThrowIfAny();
        var found = await contracts.HistoryAsync(
            caller.Account,
            id,
            page.After?.Number ?? 0,
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, change => new CursorPosition(change.Number, id.Value));
        return FluxraJson.Answer(
            new ContractEventList(
                [.. found.Items.Select(ContractEventResponse.Of)],
                next,
                next,
                found.HasMore
            ),
            ContractsJson.Plain.ContractEventList
        );
    }
}
