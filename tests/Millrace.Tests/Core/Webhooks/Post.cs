using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Core.Audit;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Outbound;
using Millrace.Core.Secrets;
using Millrace.Core.Storage;
using Millrace.Core.Webhooks;
using Millrace.Testing;

namespace Millrace.Tests.Core.Webhooks;

/// <summary>One node that delivers the events of owners whose subject in the log is their name.</summary>
internal sealed class Post : IAsyncDisposable
{
    private readonly WebhookCourier _courier;
    private readonly GuardedClient _client;

    public Post(
        Store store,
        DataFolder folder,
        Id<Workspace> workspace,
        TimeProvider time,
        WebhookOptions? options = null,
        string allow = "127.0.0.0/8"
    )
    {
        options ??= new WebhookOptions();
        Log = new EventLog(store, new EventOptions(), time);
        var changes = new WebhookChanges();
        var secrets = new SecretsService(
            store,
            new MasterKeys(folder, null, null),
            new AuditLog(time),
            time
        );
        _client = new GuardedClient(
            new OutboundOptions { Allow = allow.Length > 0 ? [allow] : [] },
            time
        );
        var sender = new WebhookSender(_client, options, time);
        var ledger = new WebhookLedger(store, Log, time);
        var runs = new WebhookRuns(
            store,
            secrets,
            [new LogSource(Log, workspace, time)],
            sender,
            ledger,
            time
        );
        Endpoints = new WebhookEndpoints(store, secrets, Log, _client, options, time, changes);
        Deliveries = new WebhookDeliveries(store, Endpoints, runs, sender, changes, time);
        _courier = new WebhookCourier(
            ledger,
            runs,
            changes,
            time,
            NullLogger<WebhookCourier>.Instance
        );
    }

    public EventLog Log { get; }

    public WebhookEndpoints Endpoints { get; }

    public WebhookDeliveries Deliveries { get; }

    public Task StartAsync() => _courier.StartAsync(CancellationToken.None);

    public Task StopAsync() => _courier.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _courier.Dispose();
        _client.Dispose();
    }

    /// <summary>Gives the log's events of a subject as they are, and polls for those of other processes.</summary>
    private sealed class LogSource(EventLog log, Id<Workspace> workspace, TimeProvider time)
        : IWebhookSource
    {
        private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

        public string Kind => "ada";

        public async Task<WebhookPage> ReadAsync(
            WebhookEndpoint endpoint,
            LogPosition after,
            int limit,
            TimeSpan wait,
            CancellationToken cancellation
        )
        {
            var owner = endpoint.Owner;
            using var watch = log.Subjects.Watch((workspace.Value, owner));
            var until = time.GetUtcNow() + wait;
            while (true)
            {
                watch.TakeBack();
                var page = await log.ReadLogAsync(workspace, after, limit, owner, cancellation);
                if (page.Events.Count > 0 || time.GetUtcNow() >= until)
                    return new WebhookPage([.. page.Events.Select(Posted)], page.Next);
                // On PostgreSQL another's open transaction can keep an event from readers for a moment.
                await watch.WaitAsync(Look, TimeProvider.System, cancellation);
            }
        }

        private static WebhookEvent Posted(Event row) =>
            new(row.Position, $"evt_{row.Sequence}", row.Type, Encoding.UTF8.GetBytes(row.Data));
    }
}
