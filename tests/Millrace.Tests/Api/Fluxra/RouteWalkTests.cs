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
}
