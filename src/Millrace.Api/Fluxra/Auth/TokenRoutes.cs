using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Failures;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Auth;

/// <summary>Tokens are issued for an API key, refreshed and revoked. (fluxra §8.5–8.8)</summary>
internal static class TokenRoutes
{
    private const string Shown = """
        {"access_token":"eyJhbGciOiJIUzI1NiIs…","token_type":"Bearer","expires_in":3600,"expires_at":"2026-05-01T10:30:00Z",
         "scopes":["messages:read","messages:write","conversations:read"],"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718"}
        """;

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/auth/token", IssueAsync)
            .WithAccess(Credential.ApiKey, RateGroup.Token, givesSecret: true)
            .WithSummary("Exchange an API key for an access token")
            .WithDescription(
                "Basic, with the agent's id and an API key. `scopes` narrows the token. Also as a form with `grant_type` and `scope`."
            )
            .WithBody<TokenRequest>("""{"grant_type":"client_credentials"}""")
            .WithAnswer<TokenResponse>(Shown)
            .WithFailures(400, 401, 403, 413, 415);
        routes
            .MapPost("/auth/refresh", RefreshAsync)
            .WithAccess(Credential.Token, RateGroup.TokenUpkeep, givesSecret: true)
            .WithSummary("Take another token before this one ends")
            .WithAnswer<TokenResponse>(Shown)
            .WithFailures(401);
        routes.MapPost("/auth/revoke", RevokeAsync).Describe();
        routes.MapPost("/auth/logout", RevokeAsync).Describe().ExcludeFromDescription();
        routes
            .MapRead("/auth/me", ReadAsync)
            .WithAccess(Credential.Token, RateGroup.Reads)
            .WithSummary("Show the caller's own account and token")
            .WithAnswer<MeResponse>(
                """
                {"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","agent_name":"harbor-scout","email":"ops@example.com",
                 "email_verified":true,"metadata":{"description":"Tide lookups","owner":"Example Org","version":"1.0.0"},
                 "created_at":"2026-05-01T09:30:00Z",
                 "token":{"key_id":"aky_0d9c3f6b7a18425e93c4d5e6f7081920","scopes":["messages:read"],"expires_at":"2026-05-01T10:30:00Z"}}
                """
            )
            .WithFailures(401);
    }

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder route) =>
        route
            .WithAccess(Credential.Token | Credential.RecoveryKey, RateGroup.TokenUpkeep)
            .WithSummary("Revoke tokens")
            .WithDescription(
                "Bearer: the presented token and those that it was refreshed from and by, or with `all` every token of the agent. Basic with the recovery key: every token."
            )
            .WithBody<RevokeRequest>("""{"all":true}""")
            .WithAnswer<RevokeResponse>("""{"revoked":true,"scope":"all"}""")
            .WithFailures(400, 401, 413, 415);

    private static async Task<JsonHttpResult<TokenResponse>> IssueAsync(
        HttpContext http,
        BodyReader bodies,
        Tokens tokens
    )
    {
        var scopes = await TokenForm.ReadAsync(http, bodies);
        return Show(
            await tokens.IssueAsync(http.Agent(), scopes, http.Origin(), http.RequestAborted)
        );
    }

    private static async Task<JsonHttpResult<TokenResponse>> RefreshAsync(
        HttpContext http,
        Tokens tokens
    ) => Show(await tokens.RefreshAsync(http.Agent(), http.Origin(), http.RequestAborted));

    private static async Task<JsonHttpResult<RevokeResponse>> RevokeAsync(
        HttpContext http,
        BodyReader bodies,
        Tokens tokens
    )
    {
        var fields = await bodies.ReadAsync(http);
        var caller = http.Agent();
        var all = fields.Flag("all") is true || caller.Token is null;
        fields.Errors.ThrowIfAny();
        await tokens.RevokeAsync(caller, all, http.Origin(), http.RequestAborted);
        return FluxraJson.Answer(
            new RevokeResponse(Revoked: true, all ? "all" : "family"),
            AuthJson.Plain.RevokeResponse
        );
    }

    private static async Task<JsonHttpResult<MeResponse>> ReadAsync(
        HttpContext http,
        AgentAccounts accounts
    )
    {
        var caller = http.Agent();
        var token = caller.Token!;
        var account =
            await accounts.FindAsync(caller.Account, http.RequestAborted)
            ?? throw new Unauthenticated("account_deleted", "The account is deleted.");
        return FluxraJson.Answer(
            new MeResponse(
                caller.AgentId,
                account.Name,
                account.Email,
                account.EmailVerifiedAt is not null,
                MetadataFields.From(account),
                account.CreatedAt,
                new TokenInfo(token.Key.Text(), token.Scopes.Names, token.ExpiresAt)
            ),
            AuthJson.Plain.MeResponse
        );
    }

    private static JsonHttpResult<TokenResponse> Show(AccessToken token) =>
        FluxraJson.Answer(
            new TokenResponse(
                token.Text,
                "Bearer",
                (long)(token.Claims.ExpiresAt - token.Claims.IssuedAt).TotalSeconds,
                token.Claims.ExpiresAt,
                token.Claims.Scopes.Names,
                token.Claims.Account.Text()
            ),
            AuthJson.Plain.TokenResponse
        );
}

/// <summary>The body of an exchange, for the OpenAPI document.</summary>
internal sealed record TokenRequest(string GrantType, IReadOnlyList<string>? Scopes);

/// <summary>The body of a revocation, for the OpenAPI document.</summary>
internal sealed record RevokeRequest(bool? All);

internal sealed record TokenResponse(
    string AccessToken,
    string TokenType,
    long ExpiresIn,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<string> Scopes,
    string AgentId
);

internal sealed record RevokeResponse(bool Revoked, string Scope);

internal sealed record MeResponse(
    string AgentId,
    string AgentName,
    string? Email,
    bool EmailVerified,
    MetadataFields Metadata,
    DateTimeOffset CreatedAt,
    TokenInfo Token
);

/// <summary>The token that was presented.</summary>
internal sealed record TokenInfo(
    string KeyId,
    IReadOnlyList<string> Scopes,
    DateTimeOffset ExpiresAt
);
