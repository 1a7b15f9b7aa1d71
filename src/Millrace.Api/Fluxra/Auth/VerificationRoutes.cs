using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Auth;

/// <summary>An address is verified, by the token of the mail's link or its code. (fluxra §8.2–8.4)</summary>
internal static class VerificationRoutes
{
    private const int LongestToken = 200;
    private const int LongestCode = 20;

    private const string Shown =
        """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","email":"ops@example.com","email_verified":true,"verified_at":"2026-05-01T09:41:00Z"}""";

    private const string ConfirmationPage =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Verified</title><p>The address is verified.</p></html>";

    public static void MapVerification(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/auth/verify-email", VerifyAsync).Describe();
        routes.MapPost("/auth/verify", VerifyAsync).Describe().ExcludeFromDescription();
        routes
            .MapGet("/auth/verify-email", FollowAsync)
            .WithAccess(Credential.Public, RateGroup.MailedPerAddress)
            .WithSummary("Verify an address by the mail's link")
            .WithDescription("Public. A browser gets a page, everybody else JSON.")
            .WithQuery("token", "The token of the mail.")
            .WithAnswer<VerifiedResponse>(Shown)
            .WithFailures(400);
        routes
            .MapPost("/auth/resend-verification", ResendAsync)
            .WithAccess(Credential.RecoveryKey, RateGroup.Mailed)
            .WithSummary("Mail the verification again")
            .WithDescription("Basic, with the recovery key. What was mailed before is void.")
            .WithAnswer<ResendResponse>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","email_verification_sent":true,"email_verification_expires_at":"2026-05-01T10:30:00Z"}"""
            )
            .WithFailures(400, 401, 409);
    }

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder route) =>
        route
            .WithAccess(Credential.Public, RateGroup.MailedPerAddress)
            .WithSummary("Verify an address")
            .WithDescription("Public. Either `token`, or `agent_id` and `code`.")
            .WithBody<VerifyRequest>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","code":"482913"}"""
            )
            .WithAnswer<VerifiedResponse>(Shown)
            .WithFailures(400, 413, 415);

    private static async Task<JsonHttpResult<VerifiedResponse>> VerifyAsync(
        HttpContext http,
        BodyReader bodies,
        Recovery recovery,
        Rates rates
    )
    {
        var fields = await bodies.ReadAsync(http);
        if (fields.Text("token", LongestToken) is { } token)
        {
            fields.Errors.ThrowIfAny();
            return Show(await recovery.VerifyAsync(token, http.Origin(), http.RequestAborted));
        }
        var agent = AgentField.Required(fields, "agent_id");
        var code = fields.RequiredText("code", LongestCode);
        fields.Errors.ThrowIfAny();
        rates.Count(RateGroup.Mailed, agent.Text());
        return Show(await recovery.VerifyAsync(agent, code, http.Origin(), http.RequestAborted));
    }

    private static async Task<IResult> FollowAsync(HttpContext http, Recovery recovery)
    {
        var query = new QueryFields(http.Request);
        var token = query.Text("token", LongestToken);
        if (token is null)
            query.Errors.Add("token", FieldErrors.Required);
        query.Errors.ThrowIfAny();
        var verified = await recovery.VerifyAsync(token!, http.Origin(), http.RequestAborted);
        var isBrowser = http
            .Request.Headers.Accept.ToString()
            .Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase);
        return isBrowser
            ? TypedResults.Content(ConfirmationPage, "text/html; charset=utf-8")
            : Show(verified);
    }

    private static async Task<JsonHttpResult<ResendResponse>> ResendAsync(
        HttpContext http,
        AgentAccounts accounts,
        Rates rates
    )
    {
        rates.Count(RateGroup.MailedPerAddress, http, caller: null);
        var caller = http.Agent();
        var ends = await accounts.ResendVerificationAsync(caller, http.RequestAborted);
        return FluxraJson.Answer(
            new ResendResponse(caller.AgentId, ends is not null, ends),
            AuthJson.Plain.ResendResponse
        );
    }

    private static JsonHttpResult<VerifiedResponse> Show(Verified verified) =>
        FluxraJson.Answer(
            new VerifiedResponse(
                verified.Account.Text(),
                verified.Email,
                EmailVerified: true,
                verified.VerifiedAt
            ),
            AuthJson.Plain.VerifiedResponse
        );
}

/// <summary>The body of a verification, for the OpenAPI document.</summary>
internal sealed record VerifyRequest(string? Token, string? AgentId, string? Code);

internal sealed record VerifiedResponse(
    string AgentId,
    string Email,
    bool EmailVerified,
    DateTimeOffset VerifiedAt
);

internal sealed record ResendResponse(
    string AgentId,
    bool EmailVerificationSent,
    DateTimeOffset? EmailVerificationExpiresAt
);
