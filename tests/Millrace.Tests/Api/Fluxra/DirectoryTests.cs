using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra;

public sealed class DirectoryTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 5, 1, 9, 30, 0, TimeSpan.Zero));

    [Theory, OnEachDatabase]
    public async Task A_profile_is_put_changed_shown_and_deleted(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(server, "harbor-scout");
        using var http = server.Client("");
        var path = $"/api/agents/{agent.Id}/profile";
        (await agent.CallAsync("PATCH", path, """{"bio":"x"}""")).ShouldFail(404, "NOT_FOUND");
        var put = await agent.CallAsync(
            "PUT",
            path,
            """{"bio":"Tides 🌊","website":"https://example.com","capabilities":["tides.lookup","tides.lookup"],"tags":["harbor"]}"""
        );
        put.Status.ShouldBe(201, put.Text);
        put["display_name"].ShouldBe("harbor-scout");
        put["visibility"].ShouldBe("public");
        put.Json["capabilities"]!.ToJsonString().ShouldBe("""["tides.lookup"]""");

        _time.Advance(TimeSpan.FromMinutes(1));
        var changed = await agent.CallAsync(
            "PATCH",
            path,
            """{"display_name":"Harbor Scout","website":null,"visibility":"unlisted"}"""
        );
        changed.Status.ShouldBe(200, changed.Text);
        changed["bio"].ShouldBe("Tides 🌊");
        changed.Member("website").ShouldBeNull();
        changed["updated_at"].ShouldBe("2026-05-01T09:31:00Z");
        changed["created_at"].ShouldBe("2026-05-01T09:30:00Z");
        (await http.CallAsync("GET", path)).Text.ShouldBe(changed.Text);
        (await http.CallAsync("GET", "/api/agents")).Json["agents"]!.AsArray().ShouldBeEmpty();

        var replaced = await agent.CallAsync("PUT", path, """{"tags":[]}""");
        replaced.Status.ShouldBe(200);
        replaced["display_name"].ShouldBe("harbor-scout");
        replaced.Member("bio").ShouldBeNull();
        (await agent.CallAsync("DELETE", path)).Text.ShouldBe(
            $$"""{"agent_id":"{{agent.Id}}","deleted":true}"""
        );
        (await agent.CallAsync("DELETE", path)).ShouldFail(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"avatar_url":"http://example.com/a.png"}""")]
    [InlineData("""{"avatar_url":"/a.png"}""")]
    [InlineData("""{"website":"javascript:alert(1)"}""")]
    [InlineData("""{"website":"https://"}""")]
    [InlineData("""{"capabilities":["Tides"]}""")]
    [InlineData("""{"capabilities":["a b"]}""")]
    [InlineData("""{"capabilities":[1]}""")]
    [InlineData("""{"tags":[""]}""")]
    [InlineData("""{"tags":"harbor"}""")]
    [InlineData("""{"display_name":" "}""")]
    [InlineData("""{"visibility":"hidden"}""")]
    public async Task A_malformed_profile_is_refused(string body)
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        (await agent.CallAsync("PUT", $"/api/agents/{agent.Id}/profile", body)).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Fact]
    public async Task A_profile_is_its_agents_alone_to_change()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        using var other = await AgentClient.LogInAsync(server);
        foreach (var method in (string[])["PUT", "PATCH", "DELETE"])
            (await agent.CallAsync(method, $"/api/agents/{other.Id}/profile", "{}")).ShouldFail(
                403,
                "FORBIDDEN"
            );
    }

    [Theory, OnEachDatabase]
    public async Task The_directory_is_searched_in_any_case_and_paged_newest_first(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var http = server.Client("");
        for (var i = 0; i < 5; i++)
        {
            using var agent = await AgentClient.LogInAsync(server, $"agent-{i}");
            _time.Advance(TimeSpan.FromSeconds(1));
            await agent.CallAsync(
                "PUT",
                $"/api/agents/{agent.Id}/profile",
                $$"""{"display_name":"ÅRHUS {{i}}","bio":"100%_{{i}}","capabilities":["cap-{{i % 2}}"],"tags":["all"]}"""
            );
        }
        (await NamesAsync(http, "?q=%C3%A5rhus")).Count.ShouldBe(5);
        (await NamesAsync(http, "?q=AGENT-3")).ShouldBe(["agent-3"]);
        (await NamesAsync(http, "?q=100%25_2")).ShouldBe(["agent-2"]);
        (await NamesAsync(http, "?q=100__")).ShouldBeEmpty();
        (await NamesAsync(http, "?capability=cap-1")).ShouldBe(["agent-3", "agent-1"]);
        (await NamesAsync(http, "?capability=cap")).ShouldBeEmpty();
        (await NamesAsync(http, "?tag=all&q=nothing")).ShouldBeEmpty();
        (await NamesAsync(http, "?tag=all&limit=1000&unknown=1")).Count.ShouldBe(5);

        var first = await http.CallAsync("GET", "/api/agents?limit=1&limit=3");
        var cursor = first["next_cursor"];
        var second = await http.CallAsync("GET", $"/api/directory?limit=3&cursor={cursor}");
        second.Json["agents"]!
            .AsArray()
            .Select(agent => $"{agent!["agent_name"]}")
            .ShouldBe(["agent-1", "agent-0"]);
        second.Member("next_cursor").ShouldBeNull();
        (await http.CallAsync("GET", $"/api/agents?q={new string('x', 101)}")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    private static async Task<List<string>> NamesAsync(HttpClient http, string query)
    {
        var answer = await http.CallAsync("GET", $"/api/agents{query}");
        answer.Status.ShouldBe(200, answer.Text);
        return [.. answer.Json["agents"]!.AsArray().Select(agent => $"{agent!["agent_name"]}")];
    }
}
