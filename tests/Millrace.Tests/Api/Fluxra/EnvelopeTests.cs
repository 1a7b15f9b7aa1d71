using Millrace.Core.Settings;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>What holds for every route of the surface. (fluxra §1, §4, §5)</summary>
public sealed class EnvelopeTests
{
    [Theory]
    [InlineData("GET", "/api/nowhere", 404, "NOT_FOUND")]
    [InlineData("PUT", "/api/auth/register", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("PUT", "/api/agents/agt_1", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("GET", "/api/auth/me", 401, "UNAUTHORIZED")]
    [InlineData("POST", "/api/auth/token", 401, "UNAUTHORIZED")]
    [InlineData("GET", "/api/agents/agt_1/profile", 400, "INVALID_AGENT_ID")]
    [InlineData(
        "GET",
        "/api/agents/agt_6F1C0A9BE2D34785A1B2C3D4E5F60718/profile",
        400,
        "INVALID_AGENT_ID"
    )]
    [InlineData(
        "GET",
        "/api/agents/agt_6f1c0a9be2d34785a1b2c3d4e5f60718/profile",
        404,
        "NOT_FOUND"
    )]
    [InlineData("GET", "/api/agents?limit=0", 400, "INVALID_REQUEST")]
    [InlineData("GET", "/api/agents?limit=x", 400, "INVALID_REQUEST")]
    [InlineData("GET", "/api/agents?cursor=x", 400, "INVALID_REQUEST")]
    public async Task Failures_are_told_in_the_envelope(
        string method,
        string path,
        int status,
        string code
    )
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        var answer = await http.CallAsync(method, path, headers: ("X-Request-Id", "call-1.a_B"));
        answer.ShouldFail(status, code);
        answer.Header("X-Request-Id").ShouldBe("call-1.a_B");
        answer.Json["error"]!["request_id"]!.ToString().ShouldBe("call-1.a_B");
        answer.Header("Access-Control-Allow-Origin").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_401_names_the_scheme_that_the_route_expects()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        (await http.CallAsync("GET", "/api/auth/me")).Header("WWW-Authenticate").ShouldBe("Bearer");
        (await http.CallAsync("POST", "/api/auth/token"))
            .Header("WWW-Authenticate")
            .ShouldBe("Basic realm=\"agent\"");
        (await http.CallAsync("POST", "/api/auth/revoke"))
            .Header("WWW-Authenticate")
            .ShouldBe("Bearer, Basic realm=\"agent\"");
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task An_odd_request_id_is_replaced(string sent)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        var answer = await http.CallAsync("GET", "/api/agents", headers: ("X-Request-Id", sent));
        answer.Header("X-Request-Id").ShouldMatch("^[A-Za-z0-9._-]{1,64}$");
    }

    [Fact]
    public async Task Bodies_are_JSON_of_at_most_a_mebibyte_whatever_they_are_not_called()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        const string Path = "/api/auth/register";
        (
            await http.CallAsync("POST", Path, body: """{"agent_name":"abc","x":1}""", type: null)
        ).Status.ShouldBe(201);
        (
            await http.CallAsync("POST", Path + "/", body: """{"agent_name":"abd"}""")
        ).Status.ShouldBe(201);
        (
            await http.CallAsync("POST", Path, body: """{"agent_name":"abe"}""", type: "text/plain")
        ).ShouldFail(415, "UNSUPPORTED_MEDIA_TYPE");
        (await http.CallAsync("POST", Path, body: new string(' ', (1 << 20) + 1))).ShouldFail(
            413,
            "PAYLOAD_TOO_LARGE"
        );
        var padded = """{"agent_name":"abf"}""".PadRight(1 << 20);
        (await http.CallAsync("POST", Path, body: padded)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_wrong_method_names_the_right_ones()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        using var answer = await http.DeleteAsync("/api/auth/register");
        answer.Content.Headers.Allow.ShouldBe(["POST"]);
    }

    [Fact]
    public async Task Pages_may_call_from_the_origins_that_the_operator_names()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Fluxra:Cors:Origins:0", "https://chat.example.com")
        );
        using var http = server.Client("");
        var mine = await http.CallAsync(
            "OPTIONS",
            "/api/auth/token",
            headers: ("Origin", "https://chat.example.com")
        );
        mine.Header("Access-Control-Allow-Origin").ShouldBe("https://chat.example.com");
        var other = await http.CallAsync(
            "GET",
            "/api/agents",
            headers: ("Origin", "https://evil.example.com")
        );
        other.Header("Access-Control-Allow-Origin").ShouldBeEmpty();
    }

    [Fact]
    public async Task The_index_of_the_other_surface_and_health_stay_what_they_are()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        (await http.CallAsync("GET", "/api")).Json["endpoints"].ShouldNotBeNull();
        var health = await http.CallAsync("GET", "/health");
        health
            .Json.AsObject()
            .Select(member => member.Key)
            .ShouldBe(["status", "timestamp", "version"]);
        health["status"].ShouldBe("healthy");
        // One answer for all contracts, so the version is the server's; this contract's stands in its document.
        health["version"].ShouldBe(ServerVersion.Text);
        WireRules.CheckTimes(health.Json, health.Text);
        (await http.CallAsync("GET", "/openapi/fluxra.json"))
            .Json["info"]!["version"]!
            .ToString()
            .ShouldBe("0.4.0");
    }

    [Fact]
    public async Task Every_route_stands_in_the_document_with_the_places_of_its_path()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        var paths = (await http.CallAsync("GET", "/openapi/fluxra.json")).Json["paths"]!.AsObject();
        string[] served =
        [
            "/api/auth/register",
            "/api/auth/verify-email",
            "/api/auth/resend-verification",
            "/api/auth/token",
            "/api/auth/refresh",
            "/api/auth/revoke",
            "/api/auth/me",
            "/api/auth/rotate-recovery-key",
            "/api/auth/recover",
            "/api/auth/recover/confirm",
            "/api/agents",
            "/api/agents/{agent_id}",
            "/api/agents/{agent_id}/keys/{key_id}",
            "/api/agents/{agent_id}/keys/{key_id}/rotate",
            "/api/agents/{agent_id}/audit-logs",
            "/api/agents/{agent_id}/profile",
        ];
        served.ShouldBeSubsetOf(paths.Select(path => path.Key));
        foreach (var (path, operations) in paths)
        foreach (var (method, operation) in operations!.AsObject())
        {
            var places = operation!
                ["parameters"]
                ?.AsArray()
                .Where(parameter => $"{parameter!["in"]}" == "path")
                .Select(parameter => $"{parameter!["name"]}");
            var expected = path.Split('/')
                .Where(segment => segment.StartsWith('{'))
                .Select(segment => segment.Trim('{', '}'));
            (places ?? []).ShouldBe(expected, ignoreOrder: true, $"{method} {path}");
            operation["responses"]!
                .AsObject()
                .ShouldContain(
                    answer => answer.Key[0] == '1' || answer.Key[0] == '2',
                    $"{method} {path}"
                );
        }
    }
}
