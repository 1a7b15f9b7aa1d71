using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Credits;

namespace Millrace.Api.Fluxra.Credits;

/// <summary>Grants by the operator; where it has no key there is no such route. (fluxra §15.10)</summary>
internal static class GrantRoute
{
    public static void MapGrants(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<OperatorOptions>().Key.Length == 0)
            return;
        routes
            .MapPost("/credits/grants", GrantAsync)
            .WithAccess(Credential.Operator, RateGroup.Directory)
            .WithSummary("Give credits to an agent")
            .WithDescription(
                "For the operator, by its own key. A repeat under an Idempotency-Key grants nothing more."
            )
            .WithBody<GrantRequest>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","amount":500}"""
            )
            .WithAnswer<GrantResponse>(
                """{"grant_id":"led_0b2b6f2e-2d0c-4a54-8e37-1f5c7a9d3b10","agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","amount":500,"available_after":600,"created_at":"2026-05-01T09:50:00Z"}""",
                StatusCodes.Status201Created
            )
            .WithFailures(400, 401, 404, 413, 415);
    }

    private static async Task<JsonHttpResult<GrantResponse>> GrantAsync(
        HttpContext http,
        BodyReader bodies,
        AgentCredits credits
    )
    {
        var fields = await bodies.ReadAsync(http);
        var agent = AgentField.Required(fields, "agent_id");
        var amount = CreditRoutes.Amount(fields);
        var memo = fields.Text("memo", CreditRoutes.LongestMemo);
        fields.Errors.ThrowIfAny();
        var posting = await credits.GrantAsync(
            agent,
            amount,
            memo,
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new GrantResponse(
                WireIds.Uuid(CreditIds.Entry, posting.Id),
                agent.Text(),
                amount,
                posting.After.Available,
                posting.CreatedAt
            ),
            CreditsJson.Plain.GrantResponse,
            StatusCodes.Status201Created
        );
    }
}
