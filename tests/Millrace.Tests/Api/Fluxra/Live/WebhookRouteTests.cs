using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Core.Webhooks;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary><c>/api/webhooks</c>, as the guide specifies it.</summary>
public sealed class WebhookRouteTests
{
    private static readonly (string, string) Allow = ("Outbound:Allow:0", "127.0.0.0/8");

    [Theory, OnEachDatabase]
    public async Task An_agents_events_are_posted_signed_and_can_be_replayed(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect, Allow);
        await using var receiver = await Receiver.StartAsync();
        var group = await scene.GroupAsync();
        var made = await scene.Bob.CallAsync(
            "POST",
            "/api/webhooks",
            $$"""{"url":"{{receiver.Url}}","event_types":["message.created"]}"""
        );
        made.Status.ShouldBe(201, made.Text);
        made.Header("Cache-Control").ShouldContain("no-store");
        var from = await scene.Bob.CursorAsync();
        await scene.Ada.SendAsync(group, "one");
        var first = await receiver.NextAsync();

        first.IsSignedBy(made["secret"]).ShouldBeTrue();
        var body = JsonNode.Parse(first.Body)!;
        WireRules.CheckTimes(body, first.Body);
        body["event_id"]!.ToString().ShouldBe(first.Id);
        body["data"]!["message"]!["content"]!.ToString().ShouldBe("one");
        var page = await scene.Bob.ReadAsync(from);
        page["events"]!.AsArray().Single()!["event_id"]!.ToString().ShouldBe(first.Id);

        var path = $"/api/webhooks/{made["webhook_id"]}";
        var replay = await scene.Bob.CallAsync(
            "POST",
            $"{path}/replay",
            $$"""{"cursor":"{{from}}"}"""
        );
        replay.Status.ShouldBe(202, replay.Text);
        (await receiver.NextAsync()).Id.ShouldBe(first.Id);
        var shown = await scene.Bob.CallAsync("GET", path);
        shown.Text.ShouldNotContain(made["secret"]);
        shown.Json["enabled"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory, OnEachDatabase]
    public async Task They_are_listed_changed_tested_rotated_and_deleted_by_their_owner_only(
        Dialect dialect
    )
    {
        await using var scene = await LiveScene.StartAsync(dialect, Allow);
        await using var receiver = await Receiver.StartAsync();
        var made = await scene.Ada.CallAsync(
            "POST",
            "/api/webhooks",
            $$"""{"url":"{{receiver.Url}}"}"""
        );
        var path = $"/api/webhooks/{made["webhook_id"]}";

        var test = await scene.Ada.CallAsync("POST", $"{path}/test");
        test.Json["delivered"]!.GetValue<bool>().ShouldBeTrue();
        (await receiver.NextAsync()).IsSignedBy(made["secret"]).ShouldBeTrue();
        var rotated = await scene.Ada.CallAsync("POST", $"{path}/rotate-secret");
        rotated["secret"].ShouldNotBe(made["secret"]);
        await scene.Ada.CallAsync("POST", $"{path}/test");
        var both = await receiver.NextAsync();
        (both.IsSignedBy(made["secret"]), both.IsSignedBy(rotated["secret"])).ShouldBe(
            (true, true)
        );
        var changed = await scene.Ada.CallAsync(
            "PATCH",
            path,
            """{"enabled":false,"event_types":["member.added"]}"""
        );
        changed.Json["enabled"]!.GetValue<bool>().ShouldBeFalse();
        (await scene.Ada.CallAsync("PATCH", path, """{"event_types":["no.such"]}""")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        (await scene.Ada.CallAsync("GET", "/api/webhooks")).Json["webhooks"]!
            .AsArray()
            .Count.ShouldBe(1);
        (await scene.Ada.CallAsync("GET", $"{path}/deliveries")).Json["deliveries"]!
            .AsArray()
            .ShouldBeEmpty();

        foreach (
            var (method, route) in new[]
            {
                ("GET", path),
                ("PATCH", path),
                ("DELETE", path),
                ("POST", $"{path}/test"),
                ("POST", $"{path}/rotate-secret"),
                ("GET", $"{path}/deliveries"),
            }
        )
            (await scene.Bob.CallAsync(method, route)).ShouldFail(404, "NOT_FOUND");
        (await scene.Bob.CallAsync("GET", "/api/webhooks")).Json["webhooks"]!
            .AsArray()
            .ShouldBeEmpty();
        (await scene.Ada.CallAsync("DELETE", path)).Json["deleted"]!
            .GetValue<bool>()
            .ShouldBeTrue();
        (await scene.Ada.CallAsync("GET", path)).ShouldFail(404, "NOT_FOUND");
    }

    [Theory, OnEachDatabase]
    public async Task Each_change_is_in_the_audit_log_without_the_address(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect, Allow);
        var made = await scene.Ada.DoAsync(
            "POST",
            "/api/webhooks",
            """{"url":"http://127.0.0.1:9/hook?key=a-secret"}"""
        );
        var path = $"/api/webhooks/{made["webhook_id"]}";
        await scene.Ada.DoAsync("PATCH", path, """{"enabled":false,"description":"quay"}""");
        await scene.Ada.DoAsync("POST", $"{path}/rotate-secret");
        (await scene.Bob.CallAsync("DELETE", path)).ShouldFail(404, "NOT_FOUND");
        await scene.Ada.DoAsync("DELETE", path);

        var log = await scene.Ada.DoAsync("GET", $"/api/agents/{scene.Ada.Id}/audit-logs");
        var entries = log.Json["audit_logs"]!.AsArray().Take(4).ToList();
        entries
            .Select(entry => entry!["action"]!.ToString())
            .ShouldBe([
                "webhook.deleted",
                "webhook.secret_rotated",
                "webhook.updated",
                "webhook.created",
            ]);
        foreach (var entry in entries)
        {
            entry!["actor"]!.ToString().ShouldBe("access_token");
            entry["ip"].ShouldNotBeNull();
            entry["details"]!["webhook_id"]!.ToString().ShouldBe(made["webhook_id"]);
        }
        entries[2]!["details"]!["changed"]!
            .AsArray()
            .Select(name => name!.ToString())
            .ShouldBe(["description", "enabled"]);
        log.Text.ShouldNotContain("a-secret");
        var others = await scene.Bob.DoAsync("GET", $"/api/agents/{scene.Bob.Id}/audit-logs");
        others.Text.ShouldNotContain("webhook");
    }

    [Fact]
    public async Task A_private_address_is_refused()
    {
        await using var scene = await LiveScene.StartAsync(Dialect.Sqlite);
        (
            await scene.Ada.CallAsync(
                "POST",
                "/api/webhooks",
                """{"url":"http://127.0.0.1:9/hook"}"""
            )
        ).ShouldFail(400, "INVALID_REQUEST");
        (await scene.Ada.CallAsync("POST", "/api/webhooks", """{"url":"nonsense"}""")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        (await scene.Ada.CallAsync("POST", "/api/webhooks", "{}")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Theory, OnEachDatabase]
    public async Task A_webhook_gets_what_its_makers_token_may_see_and_ends_with_the_key(
        Dialect dialect
    )
    {
        await using var scene = await LiveScene.StartAsync(dialect, Allow);
        await using var receiver = await Receiver.StartAsync();
        var group = await scene.GroupAsync();
        var narrow = scene.Bob.Token;
        Task<Answer> MakeAsync(string types) =>
            scene.Bob.CallAsync(
                "POST",
                "/api/webhooks",
                $$"""{"url":"{{receiver.Url}}","event_types":{{types}}}"""
            );
        (await MakeAsync("""["credits.changed"]""")).ShouldFail(403, "FORBIDDEN");
        (await MakeAsync("""["contract.updated"]""")).ShouldFail(403, "FORBIDDEN");
        await scene.Bob.TakeTokenAsync(
            """{"name":"hooks","scopes":["messages:read","contracts:read"]}"""
        );
        (await MakeAsync("""["credits.changed"]""")).ShouldFail(403, "FORBIDDEN");
        var made = await MakeAsync("""["contract.updated","message.created"]""");
        made.Status.ShouldBe(201, made.Text);
        var path = $"/api/webhooks/{made["webhook_id"]}";
        using var client = await AgentClient.LogInAsync(
            scene.Server,
            keyBody: """{"name":"all","scopes":["messages:read","contracts:write","credits:write"]}"""
        );
        Task OfferAsync() =>
            client.DoAsync(
                "POST",
                "/api/contracts",
                $$"""{"provider_id":"{{scene.Bob.Id}}","title":"Tides","terms":"CSV","price":1}"""
            );
        static string TypeOf(Received received) =>
            JsonNode.Parse(received.Body)!["type"]!.ToString();
        await OfferAsync();
        TypeOf(await receiver.NextAsync()).ShouldBe("contract.updated");

        // A key that takes the place of the maker's carries it on.
        var keys = await scene.Bob.DoAsync("GET", $"/api/agents/{scene.Bob.Id}");
        var rotated = await scene.Bob.RecoveryAsync(
            "POST",
            $"/api/agents/{scene.Bob.Id}/keys/{keys.Json["api_keys"]![0]!["key_id"]}/rotate"
        );
        rotated.Status.ShouldBe(201, rotated.Text);
        await OfferAsync();
        TypeOf(await receiver.NextAsync()).ShouldBe("contract.updated");

        // Who changes it answers for it.
        scene.Bob.Token = narrow;
        (await scene.Bob.CallAsync("PATCH", path, """{"description":"x"}""")).ShouldFail(
            403,
            "FORBIDDEN"
        );
        await scene.Bob.DoAsync("PATCH", path, """{"event_types":null}""");
        await OfferAsync();
        await scene.Ada.SendAsync(group, "behind the offer");
        TypeOf(await receiver.NextAsync()).ShouldBe("message.created");

        var own = (await scene.Bob.DoAsync("GET", "/api/auth/me")).Json["token"]!["key_id"];
        await scene.Bob.RecoveryAsync("DELETE", $"/api/agents/{scene.Bob.Id}/keys/{own}");
        await scene.Ada.SendAsync(group, "unheard");
        await scene.Bob.TakeTokenAsync();
        Answer shown;
        do
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            shown = await scene.Bob.DoAsync("GET", path);
        } while (shown.Json["enabled"]!.GetValue<bool>());
        shown["disabled_reason"].ShouldContain("key");
        await scene.Bob.DoAsync("PATCH", path, """{"enabled":true}""");
        (await receiver.NextAsync()).Body.ShouldContain("unheard");
    }
}
