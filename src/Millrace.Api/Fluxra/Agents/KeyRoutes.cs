using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Auth;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using NotFound = Millrace.Core.Failures.NotFound;

namespace Millrace.Api.Fluxra.Agents;

/// <summary>An agent's API keys. (fluxra §9.1–9.4)</summary>
internal static class KeyRoutes
{
    private const string Path = "/agents/{agent_id}";
    private const int LongestName = 100;
    private const int LongestSentName = 10_000;
    private const int MostDays = 3650;
    private const int LongestGrace = 86_400;

    private const string Shown = """
        {"key_id":"aky_0d9c3f6b7a18425e93c4d5e6f7081920","name":"cli","api_key":"sk_Zk81LwYp0RtX7hQ2m",
         "scopes":["messages:read","messages:write"],"expires_at":"2026-05-31T09:30:00Z","created_at":"2026-05-01T09:30:00Z"}
        """;

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(Path, CreateAsync)
            .WithAccess(
                Credential.RecoveryKey,
                RateGroup.KeyWrites,
                isSelf: true,
                givesSecret: true
            )
            .WithSummary("Create an API key")
            .WithDescription("Basic, with the recovery key. The key is shown only here.")
            .WithBody<KeyRequest>(
                """{"name":"cli","scopes":["messages:read","messages:write"],"expires_in_days":30}"""
            )
            .WithAnswer<NewKeyResponse>(Shown, StatusCodes.Status201Created)
            .WithFailures(400, 401, 403, 409, 413, 415);
        routes
            .MapRead(Path, ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, isSelf: true)
            .WithSummary("List the API keys, the newest first")
            .WithPage()
            .WithQuery("include_revoked", "Revoked keys, too.", "true", "false")
            .WithAnswer<KeyList>(
                """
                {"api_keys":[{"key_id":"aky_0d9c3f6b7a18425e93c4d5e6f7081920","name":"cli","scopes":["messages:read"],
                 "created_at":"2026-05-01T09:30:00Z","expires_at":null,"last_used_at":"2026-05-01T09:31:12Z","revoked_at":null,
                 "status":"active"}],"next_cursor":null,"cursor":null,"has_more":false}
                """
            )
            .WithFailures(400, 401, 403);
        routes.MapDelete(Path + "/keys/{key_id}", RevokeNamedAsync).DescribeRevoke();
        routes
            .MapDelete(Path + "/aky_{rest}", RevokeByShortPathAsync)
            .DescribeRevoke()
            .ExcludeFromDescription();
        routes
            .MapPost(Path + "/keys/{key_id}/rotate", RotateAsync)
            .WithAccess(
                Credential.RecoveryKey,
                RateGroup.KeyWrites,
                isSelf: true,
                givesSecret: true
            )
            .WithSummary("Replace an API key")
            .WithDescription(
                "Basic, with the recovery key. The old key works on for the grace period."
            )
            .WithBody<RotateKeyRequest>("""{"grace_period_seconds":3600}""")
            .WithAnswer<ReplacedKeyResponse>(
                Shown.TrimEnd().TrimEnd('}')
                    + ""","replaces":"aky_9c3f6b7a18425e93c4d5e6f7081920d0"}""",
                StatusCodes.Status201Created
            )
            .WithFailures(400, 401, 403, 404, 409, 413, 415);
    }

    private static RouteHandlerBuilder DescribeRevoke(this RouteHandlerBuilder route) =>
        route
            .WithAccess(
                Credential.Token | Credential.RecoveryKey,
                RateGroup.AccountWrites,
                isSelf: true
            )
            .WithSummary("Revoke an API key, and every token that came of it")
            .WithDescription("Bearer, or Basic with the recovery key.")
            .WithAnswer<RevokedKeyResponse>(
                """{"key_id":"aky_0d9c3f6b7a18425e93c4d5e6f7081920","status":"revoked","revoked_at":"2026-05-01T09:30:00Z"}"""
            )
            .WithFailures(400, 401, 403, 404);

    private static async Task<JsonHttpResult<NewKeyResponse>> CreateAsync(
        HttpContext http,
        BodyReader bodies,
        AgentKeys keys
    )
    {
        var fields = await bodies.ReadAsync(http);
        var name = Name(fields);
        var scopes = ScopeField.Read(fields) ?? ScopeSet.Default;
        var days = (int?)fields.Integer("expires_in_days", 1, MostDays);
        fields.Errors.ThrowIfAny();
        var issued = await keys.CreateAsync(
            http.Agent(),
            name,
            scopes,
            days,
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            NewKeyResponse.From(issued),
            AgentsJson.Plain.NewKeyResponse,
            StatusCodes.Status201Created
        );
    }

    private static async Task<JsonHttpResult<KeyList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        AgentKeys keys,
        TimeProvider time
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var includeRevoked = query.Flag("include_revoked") ?? false;
        var page = query.Page(
            cursors,
            new CursorScope(caller.AgentId, "keys", $"{includeRevoked}")
        );
        query.Errors.ThrowIfAny();
        var found = await keys.ListAsync(
            caller.Account,
            includeRevoked,
            page.After?.As<AgentKey>(),
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, key => new CursorPosition(0, key.Id.Value));
        var now = time.GetUtcNow();
        return FluxraJson.Answer(
            new KeyList(
                [.. found.Items.Select(key => KeyEntry.From(key, now))],
                next,
                next,
                found.HasMore
            ),
            AgentsJson.Plain.KeyList
        );
    }

    private static Task<JsonHttpResult<RevokedKeyResponse>> RevokeNamedAsync(
        HttpContext http,
        AgentKeys keys,
        string key_id
    ) => RevokeAsync(http, keys, key_id);

    private static Task<JsonHttpResult<RevokedKeyResponse>> RevokeByShortPathAsync(
        HttpContext http,
        AgentKeys keys,
        string rest
    ) => RevokeAsync(http, keys, AgentIds.KeyPrefix + rest);

    private static async Task<JsonHttpResult<RevokedKeyResponse>> RevokeAsync(
        HttpContext http,
        AgentKeys keys,
        string text
    )
    {
        var id = KeyOf(text);
        var at = await keys.RevokeAsync(http.Agent(), id, http.Origin(), http.RequestAborted);
        return FluxraJson.Answer(
            new RevokedKeyResponse(text, "revoked", at),
            AgentsJson.Plain.RevokedKeyResponse
        );
    }

    private static async Task<JsonHttpResult<ReplacedKeyResponse>> RotateAsync(
        HttpContext http,
        BodyReader bodies,
        AgentKeys keys,
        string key_id
    )
    {
        var fields = await bodies.ReadAsync(http);
        var grace = fields.Integer("grace_period_seconds", 0, LongestGrace) ?? 0;
        var days = (int?)fields.Integer("expires_in_days", 1, MostDays);
        fields.Errors.ThrowIfAny();
        var issued = await keys.RotateAsync(
            http.Agent(),
            KeyOf(key_id),
            TimeSpan.FromSeconds(grace),
            days,
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            ReplacedKeyResponse.From(issued, key_id),
            AgentsJson.Plain.ReplacedKeyResponse,
            StatusCodes.Status201Created
        );
    }

    private static Id<AgentKey> KeyOf(string text) =>
        AgentIds.TryParseKey(text, out var id)
            ? id
            : throw new NotFound("key_not_found", "There is no such API key.");

    /// <summary>1 to 100 characters after trimming, none of them a control character.</summary>
    private static string Name(Fields fields)
    {
        var name = fields.RequiredText("name", LongestSentName).Trim();
        if (!fields.Errors.Any)
        {
            if (name.Length == 0)
                fields.Refuse("name", FieldErrors.TooShort);
            else if (name.EnumerateRunes().Count() > LongestName)
                fields.Refuse("name", FieldErrors.TooLong);
            else if (name.EnumerateRunes().Any(Rune.IsControl))
                fields.Refuse("name", FieldErrors.Malformed);
        }
        fields.Errors.ThrowIfAny("key_name_invalid");
        return name;
    }
}
