using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Auth;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Agents;

/// <summary>An account is changed and deleted. (fluxra §9.6, §9.7)</summary>
internal static class AccountRoutes
{
    private const string Path = "/agents/{agent_id}";

    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPatch(Path, ChangeAsync)
            .WithAccess(Credential.RecoveryKey, RateGroup.AccountWrites, isSelf: true)
            .WithSummary("Change an account")
            .WithDescription(
                "Basic, with the recovery key. `metadata` is merged; null clears. A new address is to be verified anew."
            )
            .WithBody<AccountRequest>(
                """{"email":"new@example.com","metadata":{"version":"1.1.0"}}"""
            )
            .WithAnswer<AccountResponse>(
                """
                {"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","agent_name":"harbor-scout","email":"new@example.com",
                 "email_verified":false,"metadata":{"description":"Tide lookups","owner":"Example Org","version":"1.1.0"},
                 "created_at":"2026-05-01T09:30:00Z","email_verification_sent":true,"email_verification_expires_at":"2026-05-01T10:30:00Z"}
                """
            )
            .WithFailures(400, 401, 403, 413, 415);
        routes
            .MapDelete(Path, DeleteAsync)
            .WithAccess(Credential.RecoveryKey, RateGroup.AccountWrites, isSelf: true)
            .WithSummary("Delete an account")
            .WithDescription("Basic, with the recovery key. There is no way back.")
            .WithAnswer<DeletedResponse>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","status":"deleted","deleted_at":"2026-05-01T09:30:00Z"}"""
            )
            .WithFailures(400, 401, 403, 409);
    }

    private static async Task<JsonHttpResult<AccountResponse>> ChangeAsync(
        HttpContext http,
        BodyReader bodies,
        AgentAccounts accounts,
        Rates rates
    )
    {
        var fields = await bodies.ReadAsync(http);
        var change = AccountFields.Change(fields);
        fields.Errors.ThrowIfAny();
        // It may send a mail to an address of the caller's choice.
        if (change.Email is { IsGiven: true, Value: not null })
            rates.Count(RateGroup.Mailed, http, http.Agent());
        var (account, ends) = await accounts.ChangeAsync(
            http.Agent(),
            change,
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new AccountResponse(
                account.Id.Text(),
                account.Name,
                account.Email,
                account.EmailVerifiedAt is not null,
                MetadataFields.From(account),
                account.CreatedAt,
                ends is not null,
                ends
            ),
            AgentsJson.Plain.AccountResponse
        );
    }

    private static async Task<JsonHttpResult<DeletedResponse>> DeleteAsync(
        HttpContext http,
        AgentAccounts accounts
    )
    {
        var caller = http.Agent();
        var at = await accounts.DeleteAsync(caller, http.Origin(), http.RequestAborted);
        return FluxraJson.Answer(
            new DeletedResponse(caller.AgentId, "deleted", at),
            AgentsJson.Plain.DeletedResponse
        );
    }
}

/// <summary>The body of a change, for the OpenAPI document.</summary>
internal sealed record AccountRequest(string? Email, MetadataFields? Metadata);

internal sealed record AccountResponse(
    string AgentId,
    string AgentName,
    string? Email,
    bool EmailVerified,
    MetadataFields Metadata,
    DateTimeOffset CreatedAt,
    bool EmailVerificationSent,
    DateTimeOffset? EmailVerificationExpiresAt
);

internal sealed record DeletedResponse(string AgentId, string Status, DateTimeOffset DeletedAt);
