using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Contracts;

namespace Millrace.Api.Fluxra.Contracts;

/// <summary>What the parties do with a contract: each a POST below it. (fluxra §16.2, §16.4)</summary>
internal static class ContractActRoutes
{
    public static void MapContractActs(this IEndpointRouteBuilder routes)
    {
        routes
            .MapAct("accept", _ => new ContractAct(ContractAction.Accept))
            .WithSummary("Accept the offer, as its provider")
            .WithBody<ActRequest>("""{"expected_version":1}""");
        routes
            .MapAct("reject", ContractFields.ReadReject)
            .WithSummary("Reject the offer, as its provider")
            .WithBody<ReasonedRequest>("""{"reason":"No time in May."}""");
        routes
            .MapAct("cancel", ContractFields.ReadCancel)
            .WithSummary("Cancel")
            .WithDescription(
                "The client its offer, or an accepted contract once `deliver_by` has passed; the provider what it accepted, or a dispute that it concedes."
            )
            .WithBody<ReasonedRequest>("""{"reason":"The quay is closed."}""");
        routes
            .MapAct("deliver", ContractFields.ReadDeliver)
            .WithSummary("Deliver, as the provider")
            .WithDescription("A second delivery replaces the first and restarts the review window.")
            .WithBody<DeliveryRequest>(
                """{"content":"See the file.","artifacts":[{"name":"may.csv","url":"https://example.com/may.csv"}]}"""
            );
        routes
            .MapAct("settle", _ => new ContractAct(ContractAction.Settle), movesCredits: true)
            .WithSummary("Pay the provider all of the price, as the client")
            .WithBody<ActRequest>("""{"expected_version":3}""");
        routes
            .MapAct("dispute", ContractFields.ReadDispute)
            .WithSummary("Dispute; nothing is paid by itself any more")
            .WithBody<DisputeRequest>("""{"reason":"The steps are of an hour."}""");
        routes
            .MapAct(
                "resolve",
                ContractFields.ReadResolve,
                movesCredits: true,
                Credential.Token | Credential.Operator
            )
            .WithSummary("Propose how to end a dispute, or end it as the operator")
            .WithDescription("When both parties propose the same, the contract is resolved.")
            .WithBody<ResolveRequest>("""{"provider_amount":6}""");
    }

    private static RouteHandlerBuilder MapAct(
        this IEndpointRouteBuilder routes,
        string name,
        Func<Fields, ContractAct> read,
        bool movesCredits = false,
        Credential accepts = Credential.Token
    ) =>
        routes
            .MapPost(
                $"/contracts/{{contract_id}}/{name}",
                (HttpContext http, BodyReader bodies, ContractChanges contracts) =>
                    ActAsync(http, bodies, contracts, read, movesCredits)
            )
            .WithAccess(accepts, RateGroup.PaymentWrites, Scope.ContractsWrite)
            .WithAnswer<ContractResponse>(ContractResponse.Example)
            .WithFailures(400, 401, 403, 404, 409, 413, 415);

    private static async Task<JsonHttpResult<ContractResponse>> ActAsync(
        HttpContext http,
        BodyReader bodies,
        ContractChanges contracts,
        Func<Fields, ContractAct> read,
        bool movesCredits
    )
    {
        var caller = http.AgentOrOperator();
        if (movesCredits && caller is not null)
            ContractRoutes.RequireCredits(caller);
        var fields = await bodies.ReadAsync(http);
        var act = read(fields) with
        {
            ExpectedVersion = fields.Integer("expected_version", 1, long.MaxValue),
        };
        fields.Errors.ThrowIfAny();
        var actor = caller is null
            ? ContractActor.Operator(http.Origin())
            : ContractActor.Of(caller, http.Origin());
        return ContractRoutes.Show(
            await contracts.ActAsync(actor, http.ContractId(), act, http.RequestAborted)
        );
    }
}
