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
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Credits;
using Millrace.Payments.Ledger;

namespace Millrace.Api.Fluxra.Credits;

/// <summary><c>/api/credits/holds</c>: credits set aside for another agent. (fluxra §15.6 to 15.9)</summary>
internal static class HoldRoutes
{
    private const string Root = "/credits/holds";
    private const string One = "/credits/holds/{hold_id}";
    private const long ShortestSeconds = 60;
    private const long LongestSeconds = 2_592_000;
    private const long DefaultSeconds = 604_800;

    private static readonly FrozenDictionary<string, HoldRole> Roles = new Dictionary<
        string,
        HoldRole
    >
    {
        ["owner"] = HoldRole.Owner,
        ["beneficiary"] = HoldRole.Beneficiary,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, HoldStatus> Statuses = new Dictionary<
        string,
        HoldStatus
    >
    {
        ["active"] = HoldStatus.Active,
        ["captured"] = HoldStatus.Captured,
        ["released"] = HoldStatus.Released,
        ["expired"] = HoldStatus.Expired,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void MapHolds(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(Root, PlaceAsync)
            .WithAccess(Credential.Token, RateGroup.PaymentWrites, Scope.CreditsWrite)
            .WithSummary("Set credits aside for another agent")
            .WithBody<HoldRequest>(
                """{"beneficiary_agent_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785","amount":10}"""
            )
            .WithAnswer<HoldResponse>(HoldResponse.Example, StatusCodes.Status201Created)
            .WithFailures(400, 401, 402, 403, 404, 409, 413, 415);
        routes
            .MapRead(Root, ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.CreditsRead)
            .WithSummary("List the caller's holds, the newest first")
            .WithQuery(
                "role",
                "Only those in which the caller has this part.",
                "owner",
                "beneficiary"
            )
            .WithQuery("status", "Only those.", "active", "captured", "released", "expired")
            .WithPage()
            .WithAnswer<HoldList>(
                $$"""{"holds":[{{HoldResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403);
        routes
            .MapRead(One, GetAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.CreditsRead)
            .WithSummary("Show a hold")
            .WithAnswer<HoldResponse>(HoldResponse.Example)
            .WithFailures(401, 403, 404);
        routes
            .MapPost($"{One}/capture", CaptureAsync)
            .WithAccess(Credential.Token, RateGroup.PaymentWrites, Scope.CreditsWrite)
            .WithSummary("Pay the beneficiary")
            .WithDescription("All, or a part; the rest goes back to the owner.")
            .WithBody<CaptureRequest>("""{"amount":6}""")
            .WithAnswer<HoldResponse>(HoldResponse.Example)
            .WithFailures(400, 401, 403, 404, 409, 413, 415);
        routes
            .MapPost($"{One}/release", ReleaseAsync)
            .WithAccess(Credential.Token, RateGroup.PaymentWrites, Scope.CreditsWrite)
            .WithSummary("Give a hold back to its owner")
            .WithAnswer<HoldResponse>(HoldResponse.Example)
            .WithFailures(401, 403, 404, 409);
    }

    private static async Task<JsonHttpResult<HoldResponse>> PlaceAsync(
        HttpContext http,
        BodyReader bodies,
        AgentHolds holds
    )
    {
        var fields = await bodies.ReadAsync(http);
        var beneficiary = AgentField.Required(fields, "beneficiary_agent_id");
        var amount = CreditRoutes.Amount(fields);
        var seconds =
            fields.Integer("expires_in_seconds", ShortestSeconds, LongestSeconds) ?? DefaultSeconds;
        var memo = fields.Text("memo", CreditRoutes.LongestMemo);
        fields.Errors.ThrowIfAny();
        var hold = await holds.PlaceAsync(
            http.Agent(),
            beneficiary,
            amount,
            TimeSpan.FromSeconds(seconds),
            memo,
            http.Origin(),
            http.RequestAborted
        );
        return Show(hold, StatusCodes.Status201Created);
    }

    private static async Task<JsonHttpResult<HoldList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        AgentHolds holds
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var filter = new HoldFilter(query.OneOf("role", Roles), query.OneOf("status", Statuses));
        var page = query.Page(cursors, new CursorScope(caller.AgentId, "holds", $"{filter}"));
        query.Errors.ThrowIfAny();
        var found = await holds.ListAsync(
            caller.Account,
            filter,
            page.After?.As<Hold>(),
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, hold => new CursorPosition(0, hold.Id.Value));
        return FluxraJson.Answer(
            new HoldList([.. found.Items.Select(HoldResponse.From)], next, next, found.HasMore),
            CreditsJson.Plain.HoldList
        );
    }

    private static async Task<JsonHttpResult<HoldResponse>> GetAsync(
        HttpContext http,
        AgentHolds holds
    ) => Show(await holds.GetAsync(http.Agent().Account, IdOf(http), http.RequestAborted));

    private static async Task<JsonHttpResult<HoldResponse>> CaptureAsync(
        HttpContext http,
        BodyReader bodies,
        AgentHolds holds
    )
    {
        var fields = await bodies.ReadAsync(http);
        var amount = fields.Integer("amount", 1, Journal.MostAmount);
        fields.Errors.ThrowIfAny();
        return Show(
            await holds.CaptureAsync(
                http.Agent(),
                IdOf(http),
                amount,
                http.Origin(),
                http.RequestAborted
            )
        );
    }

    private static async Task<JsonHttpResult<HoldResponse>> ReleaseAsync(
        HttpContext http,
        AgentHolds holds
    ) =>
        Show(
            await holds.ReleaseAsync(http.Agent(), IdOf(http), http.Origin(), http.RequestAborted)
        );

    private static Id<Hold> IdOf(HttpContext http) => http.PathId<Hold>("hold_id", CreditIds.Hold);

    private static JsonHttpResult<HoldResponse> Show(
        Hold hold,
        int status = StatusCodes.Status200OK
    ) => FluxraJson.Answer(HoldResponse.From(hold), CreditsJson.Plain.HoldResponse, status);
}
