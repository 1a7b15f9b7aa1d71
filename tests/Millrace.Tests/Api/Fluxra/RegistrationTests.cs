using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra;

public sealed class RegistrationTests
{
    [Theory, OnEachDatabase]
    public async Task An_agent_registers_and_is_told_its_recovery_key_once(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var agent = await AgentClient.RegisterAsync(
            server,
            "harbor-scout",
            "ops@example.com"
        );
        var told = agent.Registered;
        agent.Id.ShouldMatch("^agt_[0-9a-f]{32}$");
        agent.RecoveryKey.ShouldMatch("^rk_[A-Za-z0-9]{17}$");
        told["agent_name"]!.ToString().ShouldBe("harbor-scout");
        told["warning"]!.ToString().ShouldNotBeEmpty();
        told["email_verification_sent"]!.GetValue<bool>().ShouldBeTrue();
        var created = told["created_at"]!.ToString();
        created.ShouldMatch("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$");
        DateTimeOffset
            .Parse(told["email_verification_expires_at"]!.ToString())
            .ShouldBe(DateTimeOffset.Parse(created).AddHours(1));
        // One line of base64, where the usual tool breaks lines.
        AgentClient.Basic(agent.Id, agent.RecoveryKey)["Basic ".Length..].Length.ShouldBe(76);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_mailed()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.RegisterAsync(server);
        agent.Registered["email_verification_sent"]!.GetValue<bool>().ShouldBeFalse();
        agent.Registered.Member("email_verification_expires_at").ShouldBeNull();
    }

    [Theory]
    [InlineData("abc", 201)]
    [InlineData("a-1", 201)]
    [InlineData("12345678901234567890123456789012345678901234567890", 201)]
    [InlineData("ab", 400)]
    [InlineData("123456789012345678901234567890123456789012345678901", 400)]
    [InlineData("a_b", 400)]
    [InlineData("a b", 400)]
    [InlineData("é-bot", 400)]
    [InlineData("abc\\n", 400)]
    [InlineData("", 400)]
    public async Task Names_are_letters_digits_and_hyphens(string name, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        var answer = await http.CallAsync(
            "POST",
            "/api/auth/register",
            body: $$"""{"agent_name":"{{name}}"}"""
        );
        answer.Status.ShouldBe(status, answer.Text);
        if (status == 400)
            answer.Json["error"]!["details"]![0]!["field"]!.ToString().ShouldBe("agent_name");
    }

    [Theory, OnEachDatabase]
    public async Task A_name_is_taken_without_regard_to_case_even_by_a_deleted_agent(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var agent = await AgentClient.RegisterAsync(server, "Harbor-Scout");
        using var http = server.Client("");
        const string Body = """{"agent_name":"harbor-SCOUT"}""";
        (await http.CallAsync("POST", "/api/auth/register", body: Body)).ShouldFail(
            409,
            "CONFLICT"
        );
        (await agent.RecoveryAsync("DELETE", $"/api/agents/{agent.Id}")).Status.ShouldBe(200);
        (await http.CallAsync("POST", "/api/auth/register", body: Body)).ShouldFail(
            409,
            "CONFLICT"
        );
    }

    [Theory]
    [InlineData("""{"agent_name":5}""", "agent_name", "wrong_type")]
    [InlineData("""{"agent_name":"abc","email":["a@b"]}""", "email", "wrong_type")]
    [InlineData("""{"agent_name":"abc","email":"a@b@c"}""", "email", "malformed")]
    [InlineData("""{"agent_name":"abc","email":"@c"}""", "email", "malformed")]
    [InlineData("""{"agent_name":"abc","email":"a b@c"}""", "email", "malformed")]
    [InlineData("""{"agent_name":"abc","email":"a\r\nBcc: x@c"}""", "email", "malformed")]
    [InlineData("""{"agent_name":"abc","metadata":"x"}""", "metadata", "wrong_type")]
    [InlineData("""{"agent_name":"abc","metadata":{"owner":1}}""", "metadata.owner", "wrong_type")]
    [InlineData("{}", "agent_name", "required")]
    [InlineData("""{"agent_name":null}""", "agent_name", "required")]
    [InlineData("[]", "body", "malformed")]
    [InlineData("{", "body", "malformed")]
    [InlineData("""{"agent_name":"\ud800abc"}""", "body", "malformed")]
    public async Task What_is_wrong_with_a_field_is_told(string body, string field, string reason)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        var answer = await http.CallAsync("POST", "/api/auth/register", body: body);
        answer.ShouldFail(400, "INVALID_REQUEST");
        var detail = answer.Json["error"]!["details"]![0]!;
        detail["field"]!.ToString().ShouldBe(field);
        detail["reason"]!.ToString().ShouldBe(reason);
    }

    [Fact]
    public async Task Metadata_is_unicode_counted_in_code_points_and_other_members_are_dropped()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");
        var longest = string.Concat(Enumerable.Repeat("🛶", 500));
        var body = new JsonObject
        {
            ["agent_name"] = "canoe",
            ["metadata"] = new JsonObject
            {
                ["description"] = longest,
                ["owner"] = "Ærø \u202e مثال",
                ["other"] = "dropped",
            },
        };
        var registered = await http.CallAsync(
            "POST",
            "/api/auth/register",
            body: body.ToJsonString()
        );
        using var agent = new AgentClient(server.Client(""), registered.Json);
        await agent.TakeTokenAsync();
        var me = await agent.CallAsync("GET", "/api/auth/me");
        me.Json["metadata"]!["description"]!.ToString().ShouldBe(longest);
        me.Json["metadata"]!["owner"]!.ToString().ShouldBe("Ærø \u202e مثال");
        me.Json["metadata"]!.AsObject().Count.ShouldBe(3);

        body["metadata"]!["description"] = longest + "x";
        body["agent_name"] = "canoe-2";
        (await http.CallAsync("POST", "/api/auth/register", body: body.ToJsonString())).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Fact]
    public async Task Closed_registration_takes_nobody()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Messaging:Accounts:Registration", "Closed")
        );
        using var http = server.Client("");
        (
            await http.CallAsync("POST", "/api/auth/register", body: """{"agent_name":"abc"}""")
        ).ShouldFail(403, "FORBIDDEN");
    }

    [Theory, OnEachDatabase]
    public async Task An_invitation_lets_one_agent_in(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(
            dialect,
            settings: ("Messaging:Accounts:Registration", "Invitation")
        );
        using var http = server.Client("");
        var code = await server
            .Services.GetRequiredService<Invitations>()
            .CreateAsync(TimeSpan.FromDays(1));
        string Body(string name, string? invitation) =>
            new JsonObject
            {
                ["agent_name"] = name,
                ["invitation_code"] = invitation,
            }.ToJsonString();

        Task<Answer> TryAsync(string name, string? invitation) =>
            http.CallAsync("POST", "/api/auth/register", body: Body(name, invitation));

        (await TryAsync("abc", null)).ShouldFail(403, "FORBIDDEN");
        (await TryAsync("abc", "inv_00000000000000000")).ShouldFail(403, "FORBIDDEN");
        (await TryAsync("abc", code)).Status.ShouldBe(201);
        (await TryAsync("abd", code)).ShouldFail(403, "FORBIDDEN");
    }
}
