using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Webhooks;
using Millrace.Testing;

namespace Millrace.Tests.Core.Webhooks;

public sealed class WebhookTests
{
    private const string Owner = "ada:1";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Theory, OnEachDatabase]
    public async Task Events_are_posted_in_order_signed_by_the_published_scheme(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, secret) = await scene.CreateAsync("made", "changed");

        await scene.AppendAsync("made", "ignored", "changed", "made");

        var received = new[]
        {
            await scene.Receiver.NextAsync(),
            await scene.Receiver.NextAsync(),
            await scene.Receiver.NextAsync(),
        };
        received.Select(message => message.Id).ShouldBe(["evt_1", "evt_3", "evt_4"]);
        received.ShouldAllBe(message => message.IsSignedBy(secret));
        received.ShouldAllBe(message => message.SentAt == _time.GetUtcNow());
        received[0].Body.ShouldBe("""{"type":"made"}""");
        (received[0] with { Body = "{}" }).IsSignedBy(secret).ShouldBeFalse();
        await scene.Post.StopAsync();
        var deliveries = await scene.DeliveriesAsync(endpoint);
        deliveries
            .Select(delivery => delivery.EventId)
            .ShouldBe(["evt_4", "evt_3", "evt_1"], ignoreOrder: true);
        deliveries.ShouldAllBe(delivery =>
            delivery.State == WebhookDeliveryState.Delivered
            && delivery.Attempts == 1
            && delivery.Status == 204
        );
    }

    [Theory, OnEachDatabase]
    public async Task After_a_restart_it_goes_on_where_it_was(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        await scene.CreateAsync();
        await scene.AppendAsync("made");
        (await scene.Receiver.NextAsync()).Id.ShouldBe("evt_1");

        await scene.Post.StopAsync();
        await scene.AppendAsync("made");
        await using var next = scene.NewPost();
        await next.StartAsync();

        (await scene.Receiver.NextAsync()).Id.ShouldBe("evt_2");
        scene.Receiver.Counts["evt_1"].ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task One_node_delivers_and_another_takes_over_when_it_died(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time, start: false);
        await scene.CreateAsync();
        var dead = new WebhookLedger(scene.Test.Store, scene.Post.Log, _time);
        (await dead.TakeAsync(Cancel)).Count.ShouldBe(1);
        (
            await new WebhookLedger(scene.Test.Store, scene.Post.Log, _time).TakeAsync(Cancel)
        ).ShouldBeEmpty();
        await scene.Post.StartAsync();
        await scene.AppendAsync("made");

        var received = await scene.NextAsync(WebhookLedger.Lease + TimeSpan.FromSeconds(1));

        received.Id.ShouldBe("evt_1");
        (await dead.RenewAsync(Cancel)).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Both_secrets_sign_for_a_day_after_a_rotation(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, old) = await scene.CreateAsync();

        var (_, fresh) = await scene.Post.Endpoints.RotateAsync(
            scene.Workspace,
            Owner,
            endpoint.Id,
            cancellation: Cancel
        );
        await scene.AppendAsync("made");
        var during = await scene.Receiver.NextAsync();
        await scene.Post.StopAsync();
        _time.Advance(TimeSpan.FromHours(25));
        await using var next = scene.NewPost();
        await next.StartAsync();
        await scene.AppendAsync("made");
        var after = await scene.Receiver.NextAsync();

        (during.IsSignedBy(old), during.IsSignedBy(fresh)).ShouldBe((true, true));
        (after.IsSignedBy(old), after.IsSignedBy(fresh)).ShouldBe((false, true));
    }

    [Theory, OnEachDatabase]
    public async Task What_fails_is_sent_again_later_and_does_not_hold_up_what_follows(
        Dialect dialect
    )
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, secret) = await scene.CreateAsync();
        scene.Receiver.Answer = (context, message) =>
        {
            context.Response.StatusCode =
                message.Id == "evt_1" && scene.Receiver.Counts["evt_1"] == 1 ? 500 : 200;
            return Task.CompletedTask;
        };

        await scene.AppendAsync("made", "made");
        var first = await scene.Receiver.NextAsync();
        var second = await scene.Receiver.NextAsync();
        var again = await scene.NextAsync(TimeSpan.FromSeconds(6));

        (first.Id, second.Id, again.Id).ShouldBe(("evt_1", "evt_2", "evt_1"));
        again.IsSignedBy(secret).ShouldBeTrue();
        again.SentAt.ShouldBeGreaterThan(first.SentAt);
        await scene.Post.StopAsync();
        (await scene.DeliveriesAsync(endpoint))
            .Single(delivery => delivery.EventId == "evt_1")
            .Attempts.ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task A_receiver_that_is_down_is_left_alone_and_gets_all_when_it_is_back(
        Dialect dialect
    )
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        await scene.CreateAsync();
        scene.Receiver.AnswerWith(503);
        await scene.AppendAsync("made", "made", "made", "made", "made");
        for (var number = 0; number < 3; number++)
            await scene.Receiver.NextAsync();
        scene.Receiver.HasMore.ShouldBeFalse();

        scene.Receiver.AnswerWith(200);
        var ids = new List<string>();
        for (var number = 0; number < 5; number++)
            ids.Add((await scene.NextAsync(TimeSpan.FromSeconds(6))).Id);

        ids.ShouldBe(["evt_1", "evt_2", "evt_3", "evt_4", "evt_5"], ignoreOrder: true);
    }

    [Theory, OnEachDatabase]
    public async Task An_endpoint_that_takes_nothing_for_days_is_disabled_and_its_owner_told(
        Dialect dialect
    )
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, _) = await scene.CreateAsync();
        scene.Receiver.AnswerWith(500);
        var told = scene
            .Post.Log.SubscribeAsync(scene.Workspace, Owner, 1, Cancel)
            .GetAsyncEnumerator(Cancel);
        var disabled = told.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await scene.AppendAsync("made");

        // An attempt that is under way as time passes is cut off, and counts.
        while (!disabled.IsCompleted)
        {
            _time.Advance(TimeSpan.FromHours(27));
            await Task.WhenAny(disabled, Task.Delay(TimeSpan.FromSeconds(0.5), Cancel));
        }
        (await disabled).ShouldBeTrue();

        told.Current.Type.ShouldBe("webhook.disabled");
        told.Current.Data.ShouldContain("Nothing was delivered since");
        var now = await scene.Post.Endpoints.GetAsync(scene.Workspace, Owner, endpoint.Id, Cancel);
        now.State.ShouldBe(WebhookState.Disabled);
        var delivery = (await scene.DeliveriesAsync(endpoint)).Single();
        (delivery.State, delivery.Attempts).ShouldBe((WebhookDeliveryState.Failed, 10));
        delivery.Error.ShouldNotBeNull();

        scene.Receiver.AnswerWith(200);
        await scene.Post.Endpoints.ChangeAsync(
            scene.Workspace,
            Owner,
            endpoint.Id,
            new WebhookChange(Enabled: true),
            cancellation: Cancel
        );
        var received = await scene.Receiver.NextAsync();
        while (received.Id == "evt_1")
            received = await scene.Receiver.NextAsync();
        received.Body.ShouldContain("Nothing was delivered");
    }

    [Theory, OnEachDatabase]
    public async Task A_receiver_that_is_gone_is_disabled_at_once(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, _) = await scene.CreateAsync();
        scene.Receiver.AnswerWith(410);
        await scene.AppendAsync("made", "made");

        (await scene.Receiver.NextAsync()).Id.ShouldBe("evt_1");
        await scene.Post.StopAsync();

        var now = await scene.Post.Endpoints.GetAsync(scene.Workspace, Owner, endpoint.Id, Cancel);
        now.State.ShouldBe(WebhookState.Disabled);
        now.DisabledReason.ShouldNotBeNull().ShouldContain("410");
        scene.Receiver.HasMore.ShouldBeFalse();
    }

    [Theory, OnEachDatabase]
    public async Task Redirects_are_not_followed_and_answers_are_not_read(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        await using var other = await Receiver.StartAsync();
        var (endpoint, _) = await scene.CreateAsync();
        scene.Receiver.Answer = async (context, message) =>
        {
            if (message.Id == "evt_1")
            {
                context.Response.Redirect(other.Url, permanent: false, preserveMethod: true);
                return;
            }
            var block = new byte[1 << 20];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        };

        await scene.AppendAsync("made", "made");
        await scene.Receiver.NextAsync();
        await scene.Receiver.NextAsync();
        scene.Receiver.AnswerWith(200);
        await scene.AppendAsync("made");
        (await scene.Receiver.NextAsync()).Id.ShouldBe("evt_3");
        await scene.Post.StopAsync();

        other.Counts.ShouldBeEmpty();
        var deliveries = await scene.DeliveriesAsync(endpoint);
        deliveries
            .Single(delivery => delivery.EventId == "evt_1")
            .Error.ShouldNotBeNull()
            .ShouldContain("redirects");
        deliveries
            .Single(delivery => delivery.EventId == "evt_2")
            .State.ShouldBe(WebhookDeliveryState.Delivered);
    }

    [Theory, OnEachDatabase]
    public async Task A_receiver_that_does_not_answer_in_time_has_failed(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, _) = await scene.CreateAsync();
        scene.Receiver.Answer = (context, message) =>
            message.Id == "evt_1"
                ? Task.Delay(Timeout.Infinite, context.RequestAborted)
                : Task.CompletedTask;

        await scene.AppendAsync("made", "made");
        (await scene.Receiver.NextAsync()).Id.ShouldBe("evt_1");
        (await scene.NextAsync(TimeSpan.FromSeconds(16))).Id.ShouldBe("evt_2");
        await scene.Post.StopAsync();

        (await scene.DeliveriesAsync(endpoint))
            .Single(delivery => delivery.EventId == "evt_1")
            .Error.ShouldNotBeNull()
            .ShouldStartWith("fetch_timed_out");
    }

    [Theory, OnEachDatabase]
    public async Task Private_addresses_are_refused_unless_an_operator_allows_them(Dialect dialect)
    {
        await using var scene = await Scene.StartAsync(dialect, _time, start: false);
        var (endpoint, _) = await scene.CreateAsync();
        await using var strict = scene.NewPost(allow: "");

        var refused = await Should.ThrowAsync<Invalid>(
            strict.Endpoints.CreateAsync(
                scene.Workspace,
                Owner,
                new NewWebhook(scene.Receiver.Url, []),
                cancellation: Cancel
            )
        );
        refused.Code.ShouldBe("address_refused");
        var tried = await strict.Deliveries.TestAsync(
            scene.Workspace,
            Owner,
            endpoint.Id,
            "test",
            "{}"u8.ToArray(),
            Cancel
        );

        tried.Error.ShouldNotBeNull().ShouldStartWith("address_refused");
        scene.Receiver.Counts.ShouldBeEmpty();
        await Should.ThrowAsync<Invalid>(
            strict.Endpoints.CreateAsync(
                scene.Workspace,
                Owner,
                new NewWebhook("ftp://example.com", []),
                cancellation: Cancel
            )
        );
    }

    [Theory, OnEachDatabase]
    public async Task One_delivery_or_all_since_a_place_are_sent_again_with_the_same_ids(
        Dialect dialect
    )
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, secret) = await scene.CreateAsync();
        await scene.AppendAsync("made");
        _time.Advance(TimeSpan.FromMinutes(10));
        var since = await scene.Post.Log.BeforeAsync(_time.GetUtcNow(), Cancel);
        await scene.AppendAsync("made", "made");
        for (var number = 0; number < 3; number++)
            await scene.Receiver.NextAsync();
        await scene.Post.StopAsync();
        var first = (await scene.DeliveriesAsync(endpoint)).Single(delivery =>
            delivery.EventId == "evt_1"
        );

        await using var next = scene.NewPost();
        await next.Deliveries.ReplayAsync(scene.Workspace, Owner, endpoint.Id, first.Id, Cancel);
        await next.StartAsync();
        var one = await scene.Receiver.NextAsync();
        await next.Endpoints.ReplayAsync(scene.Workspace, Owner, endpoint.Id, since, Cancel);
        // On PostgreSQL an older open transaction, of whatever database, makes it begin earlier.
        var replayed = await scene.Receiver.NextAsync();
        while (replayed.Id == "evt_1")
            replayed = await scene.Receiver.NextAsync();
        string[] all = [replayed.Id, (await scene.Receiver.NextAsync()).Id];

        one.Id.ShouldBe("evt_1");
        one.IsSignedBy(secret).ShouldBeTrue();
        all.ShouldBe(["evt_2", "evt_3"]);
    }

    [Theory, OnEachDatabase]
    public async Task Another_owner_sees_nothing_of_it_and_a_deleted_one_leaves_nothing(
        Dialect dialect
    )
    {
        await using var scene = await Scene.StartAsync(dialect, _time);
        var (endpoint, _) = await scene.CreateAsync();
        await scene.AppendAsync("made");
        await scene.Receiver.NextAsync();
        var endpoints = scene.Post.Endpoints;

        await Should.ThrowAsync<NotFound>(
            endpoints.GetAsync(scene.Workspace, "ada:2", endpoint.Id, Cancel)
        );
        await Should.ThrowAsync<NotFound>(
            endpoints.RotateAsync(scene.Workspace, "ada:2", endpoint.Id, cancellation: Cancel)
        );
        await Should.ThrowAsync<NotFound>(
            endpoints.DeleteAsync(scene.Workspace, "ada:2", endpoint.Id, cancellation: Cancel)
        );
        (await endpoints.ListAsync(scene.Workspace, "ada:2", Cancel)).ShouldBeEmpty();

        await scene.Test.Store.WriteAsync(
            scene.Workspace,
            db => endpoints.DeleteAllAsync(db, Owner),
            Cancel
        );
        await scene.AppendAsync("made");
        await scene.Post.StopAsync();
        (await endpoints.ListAsync(scene.Workspace, Owner, Cancel)).ShouldBeEmpty();
        scene.Receiver.HasMore.ShouldBeFalse();
        (await scene.CountAsync("webhook_deliveries")).ShouldBe(0);
        (await scene.CountAsync("secrets")).ShouldBe(0);
    }

    private sealed class Scene : IAsyncDisposable
    {
        private readonly FakeTimeProvider _time;

        private Scene(TestStore test, FakeTimeProvider time) => (Test, _time) = (test, time);

        public TestStore Test { get; }

        public Id<Workspace> Workspace { get; private set; }

        public Post Post { get; private set; } = null!;

        public Receiver Receiver { get; private set; } = null!;

        public static async Task<Scene> StartAsync(
            Dialect dialect,
            FakeTimeProvider time,
            bool start = true
        )
        {
            var scene = new Scene(await TestStore.CreateAsync(dialect), time);
            scene.Workspace = await scene.Test.AddWorkspaceAsync();
            scene.Receiver = await Receiver.StartAsync();
            scene.Post = scene.NewPost();
            if (start)
                await scene.Post.StartAsync();
            return scene;
        }

        public Post NewPost(string allow = "127.0.0.0/8") =>
            new(Test.Store, Test.Folder, Workspace, _time, allow: allow);

        public Task<(WebhookEndpoint Endpoint, string Secret)> CreateAsync(params string[] types) =>
            Post.Endpoints.CreateAsync(
                Workspace,
                Owner,
                new NewWebhook(Receiver.Url, types),
                cancellation: Cancel
            );

        public async Task AppendAsync(params string[] types)
        {
            foreach (var type in types)
            {
                await Test.Store.WriteAsync(
                    Workspace,
                    async db =>
                    {
                        await Post.Log.AppendAsync(
                            db,
                            Workspace,
                            Owner,
                            type,
                            $$"""{"type":"{{type}}"}"""
                        );
                    },
                    Cancel
                );
            }
        }

        /// <summary>The next message, for which time has to pass.</summary>
        public async Task<Received> NextAsync(TimeSpan step)
        {
            var next = Receiver.NextAsync();
            while (!next.IsCompleted)
            {
                _time.Advance(step);
                await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(1), Cancel));
            }
            return await next;
        }

        public Task<List<WebhookDelivery>> DeliveriesAsync(WebhookEndpoint endpoint) =>
            Post.Deliveries.ListAsync(Workspace, Owner, endpoint.Id, null, null, 100, Cancel);

        public Task<long> CountAsync(string table) =>
            Test.Store.ReadAsync(
                Reach.Installation,
                db => db.FirstAsync($"SELECT COUNT(*) FROM {table}", row => row.Int64(0)),
                Cancel
            );

        public async ValueTask DisposeAsync()
        {
            await Post.DisposeAsync();
            await Receiver.DisposeAsync();
            await Test.DisposeAsync();
        }
    }
}
