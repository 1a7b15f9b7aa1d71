using System.Text.Json;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Contracts;
using Millrace.Tests.Api.TBackend;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>Walks every route of the surface, taken from routing itself: none is forgotten.</summary>
public sealed class RouteWalkTests
{
    // fluxra §8, §9.4, §9.6; the socket may be told its token in the first message.
    private static readonly string[] Public =
    [
        "GET /api/agents",
        "HEAD /api/agents",
        "GET /api/directory",
        "HEAD /api/directory",
        "GET /api/agents/{agent_id}/profile",
        "HEAD /api/agents/{agent_id}/profile",
        "POST /api/auth/recover",
        "POST /api/auth/recover/confirm",
        "POST /api/auth/register",
        "GET /api/auth/verify-email",
        "POST /api/auth/verify-email",
        "POST /api/auth/verify",
        "GET /api/ws",
    ];

    [Fact]
    public async Task Nothing_is_served_without_a_credential_that_is_not_public()
    {
        await using var server = await TestServer.StartAsync(
            settings:
            [
                ("Fluxra:Limits:Enabled", "false"),
                ("Fluxra:Operator:Key", Deals.OperatorKey),
            ]
        );
        using var http = server.Client("");
        var open = new List<string>();
        foreach (var route in server.Routes("fluxra"))
        {
            var answer = await http.CallAsync(route.Method, route.Path(_ => "x"));
            if (answer.Status is not 401)
                open.Add(route.ToString());
            else
                answer.Header("WWW-Authenticate").ShouldNotBeEmpty(route.ToString());
            if (answer.Status is 401 && route.Method is not "HEAD")
                answer.ShouldFail(401, "UNAUTHORIZED");
        }
        open.ShouldBe(Public, ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_uses_a_route_by_any_of_its_scopes_and_by_no_other()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Fluxra:Limits:Enabled", "false")
        );
        using var agent = await AgentClient.LogInAsync(
            server,
            keyBody: $$"""{"name":"cli","scopes":{{JsonSerializer.Serialize(Scopes)}}}"""
        );
        var walked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var route in server.Routes("fluxra").Where(TakesTokens))
        {
            var needed = NeededBy(route);
            // Who ends a contract moves credits. (fluxra §16)
            string[] also = route.Pattern.EndsWith("/settle") || route.Pattern.EndsWith("/resolve")
                ? ["credits:write"]
                : [];
            foreach (var missing in (string[][])[needed, also])
            {
                if (missing.Length == 0)
                    continue;
                agent.Token = await TokenAsync([.. Scopes.Except(missing)]);
                var refused = await AskAsync(route);
                refused.Status.ShouldBe(403, $"{route} {refused.Text}");
                if (route.Method is not "HEAD")
                    refused.ShouldFail(403, "FORBIDDEN");
            }
            // Each of them is enough, and where none is needed the least of tokens.
            foreach (var scope in needed.DefaultIfEmpty("presence:update"))
            {
                agent.Token = await TokenAsync([scope, .. also]);
                var answer = await AskAsync(route);
                answer.Status.ShouldBeOneOf([200, 201, 400, 404], $"{route} by {scope} {answer.Text}");
                walked.Add(scope);
            }
        }
        walked.ShouldBe(Scopes, ignoreOrder: true);

        async Task<string> TokenAsync(params string[] scopes)
        {
            var body = new { grant_type = "client_credentials", scopes };
            return (await agent.ExchangeAsync(JsonSerializer.Serialize(body)))["access_token"];
        }

        Task<Answer> AskAsync(MappedRoute route) =>
            agent.CallAsync(route.Method, route.Path(name => ValueOf(name, agent)));
    }

    // fluxra §2.4
    private static readonly string[] Scopes =
    [
        "messages:read",
        "messages:write",
        "conversations:read",
        "conversations:write",
        "presence:update",
        "contracts:read",
        "contracts:write",
        "credits:read",
        "credits:write",
    ];

    private static bool TakesTokens(MappedRoute route) =>
        !Public.Contains(route.ToString())
        && route.ToString()
            is not (
                "POST /api/auth/token"
                or "POST /api/auth/rotate-recovery-key"
                or "POST /api/auth/resend-verification"
                or "POST /api/agents/{agent_id}"
                or "PATCH /api/agents/{agent_id}"
                or "DELETE /api/agents/{agent_id}"
                or "POST /api/agents/{agent_id}/keys/{key_id}/rotate"
                or "POST /api/credits/grants"
            );

    /// <summary>
    /// The scopes of which any one is needed, as §2.4, §10, §13.9, §15 and §16 of the contract have it, and the guide for
    /// what it adds: webhooks are read as events are, invitations are part of membership.
    /// </summary>
    private static string[] NeededBy(MappedRoute route)
    {
        var isRead = route.Method is "GET" or "HEAD";
        var path = route.Pattern["/api/".Length..];
        var last = path[(path.LastIndexOf('/') + 1)..];
        return path.Split('/')[0] switch
        {
            "conversations" or "messages" when last is "read" => ["messages:read", "messages:write"],
            "messages" => isRead ? ["messages:read"] : ["messages:write"],
            "conversations" when path is "conversations" && !isRead => ["messages:write"],
            "conversations" when last is "messages" => ["messages:read"],
            "conversations" when last is "typing" => ["messages:write"],
            "conversations" or "invitations" => isRead
                ? ["conversations:read"]
                : ["conversations:write", "messages:write"],
            "events" or "webhooks" => ["messages:read"],
            "presence" => ["presence:update"],
            "credits" => isRead ? ["credits:read"] : ["credits:write"],
            "contracts" => isRead ? ["contracts:read"] : ["contracts:write"],
            _ => [],
        };
    }

    /// <summary>The caller's own id, and otherwise ids of nothing.</summary>
    private static string ValueOf(string name, AgentClient caller) =>
        name switch
        {
            "agent_id" => caller.Id,
            "member_id" => $"agt_{Guid.NewGuid():N}",
            "key_id" => $"aky_{Guid.NewGuid():N}",
            "conversation_id" => $"conv_{Guid.NewGuid()}",
            "message_id" => $"msg_{Guid.NewGuid()}",
            "invitation_id" => $"inv_{Guid.NewGuid()}",
            "block_id" => $"blk_{Guid.NewGuid()}",
            "transfer_id" => $"trf_{Guid.NewGuid()}",
            "hold_id" => $"hld_{Guid.NewGuid()}",
            "contract_id" => $"ctr_{Guid.NewGuid()}",
            "webhook_id" => $"whk_{Guid.NewGuid()}",
            _ => "x",
        };
}
