using Microsoft.EntityFrameworkCore;
using Millrace.Core.Ids;
using Millrace.Core.Secrets;
using Millrace.Core.Storage;

namespace Millrace.Core.Webhooks;

/// <summary>Begins delivering to an endpoint as it stands now.</summary>
internal sealed class WebhookRuns(
    Store store,
    SecretsService secrets,
    IEnumerable<IWebhookSource> sources,
    WebhookSender sender,
    WebhookLedger ledger,
    TimeProvider time
)
{
    private const string Actor = "webhooks";

    private readonly Dictionary<string, IWebhookSource> _sources = sources.ToDictionary(source =>
        source.Kind
    );

    /// <summary>Null when the endpoint is gone.</summary>
    public async Task<WebhookRun?> OpenAsync(
        Id<WebhookEndpoint> id,
        Action<long> noteVersion,
        CancellationToken cancellation
    )
    {
        var endpoint = await store.ReadAsync(
            Reach.Installation,
            async db =>
                await db.Set<WebhookEndpoint>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => row.Id == id),
            cancellation
        );
        if (endpoint is null)
            return null;
        noteVersion(endpoint.Version);
        return new WebhookRun(
            endpoint,
            await KeysAsync(endpoint, cancellation),
            Source(endpoint.Owner),
            sender,
            ledger,
            time
        );
    }

    /// <summary>What its deliveries are signed with, the newest first.</summary>
    public async Task<IReadOnlyList<byte[]>> KeysAsync(
        WebhookEndpoint endpoint,
        CancellationToken cancellation
    )
    {
        var current = WebhookSecret.NameOf(endpoint.Id);
        string[] names =
            endpoint.PreviousSecretUntil > time.GetUtcNow()
                ? [current, WebhookSecret.PreviousNameOf(endpoint.Id)]
                : [current];
        var keys = new List<byte[]>();
        foreach (var name in names)
        {
            var secret = await secrets.GetAsync(endpoint.WorkspaceId, name, Actor, cancellation);
            keys.Add(WebhookSecret.KeyOf(secret));
        }
        return keys;
    }

    private IWebhookSource Source(string owner) => _sources[KindOf(owner)];

    private static string KindOf(string owner) =>
        owner[..Math.Max(0, owner.IndexOf(':', StringComparison.Ordinal))];
}
