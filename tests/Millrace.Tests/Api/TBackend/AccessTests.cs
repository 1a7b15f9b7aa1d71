using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend;

public sealed class AccessTests
{
    [Theory]
    [OnEachDatabase]
    public async Task Each_bad_key_is_told_by_name_and_never_asked_to_pay(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        var expired = await server.NewKeyAsync(new() { ExpiresAt = DateTimeOffset.UnixEpoch });
        var revoked = await server.NewKeyAsync();
        var keys = server.Services.GetRequiredService<ApiKeys>();
        await keys.RevokeAsync((await keys.ListAsync())[^1].Key.Number);

        (await RefusalAsync(server, "")).ShouldBe("Missing API Key");
        (await RefusalAsync(server, "0123456789abcdef0123456789abcdef")).ShouldBe(
            "Invalid API Key"
        );
        (await RefusalAsync(server, new string('x', 300))).ShouldBe("Invalid API Key");
        (await RefusalAsync(server, revoked)).ShouldBe("API Key is inactive");
        (await RefusalAsync(server, expired)).ShouldBe("API Key has expired");
    }

    [Fact]
    public async Task The_alias_of_the_key_header_works()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client("");
        client.DefaultRequestHeaders.Add("x-api-key", server.Key);
        (await client.SayAsync(new { message = "hi" }))["reply"]!.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_bearer_beside_a_good_key_is_a_bad_wallet_session()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        client.DefaultRequestHeaders.Add("Authorization", "Bearer nothing");
        using var answer = await client.ChatAsync(new { message = "hi" });
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.JsonAsync())["detail"]!
            .ToString()
            .ShouldBe("Invalid or expired wallet session");
        using var usage = await client.GetAsync("/usage");
        usage.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_key_is_asked_for_before_the_body_is_looked_at()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client("");
        using var answer = await client.PostAsync("/chat", Wire.Json("{nonsense"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_probe_by_head_is_told_what_an_anonymous_caller_would_be()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        using var answer = await client.SendAsync(new(HttpMethod.Head, "/chat"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_without_the_right_is_told_which_it_lacks()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client(await server.NewKeyAsync(new() { Scopes = "usage" }));
        using var answer = await client.ChatAsync(new { message = "hi" });
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.JsonAsync())["detail"]!.ToString().ShouldContain("'chat'");
        using var usage = await client.GetAsync("/usage");
        usage.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Every_answer_says_what_is_left_and_the_one_too_many_is_refused()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Limits:Classes:default:chat:PerMinute", "2")
        );
        using var client = server.Client();
        using var first = await client.ChatAsync(new { message = "hi" });
        first.Header("X-RateLimit-Limit").ShouldBe("2");
        first.Header("X-RateLimit-Remaining").ShouldBe("1");
        using var second = await client.ChatAsync(new { message = "hi" });
        using var third = await client.ChatAsync(new { message = "hi" });
        third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await third.JsonAsync())["detail"]!.ToString().ShouldBe("Rate limit exceeded");
        third.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        third.Header("X-RateLimit-Remaining").ShouldBe("0");
        long.Parse(third.Header("X-RateLimit-Reset")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Whoever_tries_keys_is_refused_while_a_good_key_still_opens()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Limits:Classes:anonymous:failed-keys:PerMinute", "3")
        );
        using var guess = server.Client("0123456789abcdef0123456789abcdef");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var unknown = await guess.GetAsync("/usage");
            unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
        using var refused = await guess.GetAsync("/usage");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        refused.Header("X-RateLimit-Limit").ShouldBe("3");
        refused.Header("X-RateLimit-Remaining").ShouldBe("0");
        using var client = server.Client();
        using var good = await client.GetAsync("/usage");
        good.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<string> RefusalAsync(TestServer server, string key)
    {
        using var client = server.Client(key);
        using var answer = await client.ChatAsync(new { message = "hi" });
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        return (await answer.JsonAsync())["detail"]!.ToString();
    }
}
