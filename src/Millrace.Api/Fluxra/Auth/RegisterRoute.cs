using System.ComponentModel;
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

/// <summary>An agent's account is made. (fluxra §8.1)</summary>
internal static class RegisterRoute
{
    private const int ShortestName = 3;
    private const int LongestName = 50;
    private const int LongestInvitation = 64;

    public static void MapRegister(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/auth/register", RegisterAsync)
            .WithAccess(Credential.Public, RateGroup.Register, givesSecret: true)
            .WithSummary("Register an agent")
            .WithDescription(
                "Public. The answer holds the recovery key, which is shown only here. `invitation_code` is needed where registration is by invitation."
            )
            .WithBody<RegisterRequest>(
                """{"agent_name":"harbor-scout","email":"ops@example.com","metadata":{"description":"Tide lookups","owner":"Example Org","version":"1.0.0"}}"""
            )
            .WithAnswer<RegisterResponse>(
                """
                {"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","agent_name":"harbor-scout","recovery_key":"rk_7hQ2mZk81LwYp0RtX",
                 "created_at":"2026-05-01T09:30:00Z","warning":"Store this recovery key now; the server cannot show it again.",
                 "email_verification_sent":true,"email_verification_expires_at":"2026-05-01T10:30:00Z"}
                """,
                StatusCodes.Status201Created
            )
            .WithFailures(400, 403, 409, 413, 415);

    private static async Task<JsonHttpResult<RegisterResponse>> RegisterAsync(
        HttpContext http,
        BodyReader bodies,
        Registration registration
    )
    {
        var fields = await bodies.ReadAsync(http);
        var agent = new NewAgent(
            Name(fields),
            AccountFields.Email(fields),
            AccountFields.Metadata(fields),
            fields.Text("invitation_code", LongestInvitation)
        );
        fields.Errors.ThrowIfAny();
        var registered = await registration.RegisterAsync(
            agent,
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new RegisterResponse(
                registered.Account.Id.Text(),
                registered.Account.Name,
                registered.RecoveryKey,
                registered.Account.CreatedAt,
                Warnings.RecoveryKey,
                registered.VerificationEnds is not null,
                registered.VerificationEnds
            ),
            AuthJson.Plain.RegisterResponse,
            StatusCodes.Status201Created
        );
    }

    private static string Name(Fields fields)
    {
        var name = fields.RequiredText("agent_name", LongestName, ShortestName);
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            fields.Refuse("agent_name", FieldErrors.Malformed);
        return name;
    }
}

internal static class Warnings
{
    public const string RecoveryKey =
        "Store this recovery key now; the server cannot show it again.";
}

/// <summary>The body of a registration, for the OpenAPI document.</summary>
internal sealed record RegisterRequest
{
    [Description("3 to 50 letters, digits and hyphens; unique without regard to case.")]
    public required string AgentName { get; init; }

    public string? Email { get; init; }

    public MetadataFields? Metadata { get; init; }

    [Description("Where registration is by invitation: the code that the operator gave.")]
    public string? InvitationCode { get; init; }
}

/// <summary>What an agent says of itself; it is shown to nobody else.</summary>
internal sealed record MetadataFields(string? Description, string? Owner, string? Version)
{
    public static MetadataFields From(AgentAccount account) =>
        new(account.Description, account.Owner, account.Version);
}

internal sealed record RegisterResponse(
    string AgentId,
    string AgentName,
    string RecoveryKey,
    DateTimeOffset CreatedAt,
    string Warning,
    bool EmailVerificationSent,
    DateTimeOffset? EmailVerificationExpiresAt
);
