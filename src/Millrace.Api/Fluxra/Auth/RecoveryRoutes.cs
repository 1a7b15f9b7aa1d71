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

/// <summary>A recovery key is changed, and got back when it is lost. (fluxra §8.9–8.11)</summary>
internal static class RecoveryRoutes
{
    private const int LongestName = 50;
    private const int LongestToken = 200;

    public static void MapRecovery(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/auth/rotate-recovery-key", RotateAsync)
            .WithAccess(Credential.RecoveryKey, RateGroup.KeyWrites, givesSecret: true)
            .WithSummary("Change the recovery key")
            .WithDescription("Basic, with the present recovery key, which is dead at once.")
            .WithAnswer<RotatedResponse>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","recovery_key":"rk_7hQ2mZk81LwYp0RtX","rotated_at":"2026-05-01T09:30:00Z","warning":"Store this recovery key now; the server cannot show it again."}"""
            )
            .WithFailures(401);
        routes
            .MapPost("/auth/recover", RequestAsync)
            .WithAccess(Credential.Public, RateGroup.MailedPerAddress)
            .WithSummary("Ask for a lost account back")
            .WithDescription(
                "Public. `agent_id` or `agent_name`, and `email`. Always answered the same; when the address is the account's and verified, a token is mailed to it."
            )
            .WithBody<RecoverRequest>("""{"agent_name":"harbor-scout","email":"ops@example.com"}""")
            .WithAnswer<AcceptedResponse>(
                """{"status":"accepted"}""",
                StatusCodes.Status202Accepted
            )
            .WithFailures(400, 413, 415);
        routes
            .MapPost("/auth/recover/confirm", ConfirmAsync)
            .WithAccess(Credential.Public, RateGroup.MailedPerAddress, givesSecret: true)
            .WithSummary("Get a lost account back")
            .WithDescription(
                "Public. All tokens end, and the API keys unless `revoke_api_keys` is false."
            )
            .WithBody<ConfirmRequest>("""{"token":"rcv_…"}""")
            .WithAnswer<RecoveredResponse>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","recovery_key":"rk_7hQ2mZk81LwYp0RtX","api_keys_revoked":2,"recovered_at":"2026-05-01T09:30:00Z","warning":"Store this recovery key now; the server cannot show it again."}"""
            )
            .WithFailures(400, 413, 415);
    }

    private static async Task<JsonHttpResult<RotatedResponse>> RotateAsync(
        HttpContext http,
        AgentAccounts accounts
    )
    {
        var caller = http.Agent();
        var (secret, at) = await accounts.RotateRecoveryKeyAsync(
            caller,
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new RotatedResponse(caller.AgentId, secret, at, Warnings.RecoveryKey),
            AuthJson.Plain.RotatedResponse
        );
    }

    private static async Task<JsonHttpResult<AcceptedResponse>> RequestAsync(
        HttpContext http,
        BodyReader bodies,
        Recovery recovery,
        Rates rates
    )
    {
        var fields = await bodies.ReadAsync(http);
        var agent = AgentField.Optional(fields, "agent_id");
        var name = fields.Text("agent_name", LongestName);
        var email = AccountFields.Email(fields);
        if (!fields.Has("agent_id") && name is null)
            fields.Refuse("agent_id", FieldErrors.Required);
        if (email is null && !fields.Errors.Any)
            fields.Refuse("email", FieldErrors.Required);
        fields.Errors.ThrowIfAny();
        rates.Count(RateGroup.Mailed, email!.ToLowerInvariant());
        await recovery.RequestAsync(agent, name, email, http.RequestAborted);
        return FluxraJson.Answer(
            new AcceptedResponse("accepted"),
            AuthJson.Plain.AcceptedResponse,
            StatusCodes.Status202Accepted
        );
    }

    private static async Task<JsonHttpResult<RecoveredResponse>> ConfirmAsync(
        HttpContext http,
        BodyReader bodies,
        Recovery recovery
    )
    {
        var fields = await bodies.ReadAsync(http);
        var token = fields.RequiredText("token", LongestToken);
        var revokeKeys = fields.Flag("revoke_api_keys") ?? true;
        fields.Errors.ThrowIfAny();
        var recovered = await recovery.ConfirmAsync(
            token,
            revokeKeys,
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new RecoveredResponse(
                recovered.Account.Text(),
                recovered.RecoveryKey,
                recovered.KeysRevoked,
                recovered.RecoveredAt,
                Warnings.RecoveryKey
            ),
            AuthJson.Plain.RecoveredResponse
        );
    }
}

/// <summary>The body that asks for an account back, for the OpenAPI document.</summary>
internal sealed record RecoverRequest(string? AgentId, string? AgentName, string Email);

/// <summary>The body that gets it, for the OpenAPI document.</summary>
internal sealed record ConfirmRequest(string Token, bool? RevokeApiKeys);

internal sealed record RotatedResponse(
    string AgentId,
    string RecoveryKey,
    DateTimeOffset RotatedAt,
    string Warning
);

internal sealed record AcceptedResponse(string Status);

internal sealed record RecoveredResponse(
    string AgentId,
    string RecoveryKey,
    int ApiKeysRevoked,
    DateTimeOffset RecoveredAt,
    string Warning
);
