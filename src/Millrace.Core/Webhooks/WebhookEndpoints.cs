using Microsoft.EntityFrameworkCore;
using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Outbound;
using Millrace.Core.Secrets;
using Millrace.Core.Storage;

namespace Millrace.Core.Webhooks;

/// <summary>What an endpoint is to be.</summary>
/// <param name="EventTypes">Those that it gets; empty for all.</param>
public sealed record NewWebhook(
    string Url,
    IReadOnlyList<string> EventTypes,
    string Description = ""
);

/// <summary>What is to change of an endpoint; null leaves a thing as it is.</summary>
public sealed record WebhookChange(
    string? Url = null,
    IReadOnlyList<string>? EventTypes = null,
    string? Description = null,
    bool? Enabled = null
);

/// <summary>
/// An owner's endpoints, signed for by the Standard Webhooks scheme. What another owner has does not exist: every call
/// fails with <see cref="NotFound"/> then. What changes one takes a note of it that is part of the same write.
/// </summary>
public sealed class WebhookEndpoints
{
    private const int LongestUrl = 2_048;
    private const string Actor = "webhooks";

    private readonly Store _store;
    private readonly SecretsService _secrets;
    private readonly EventLog _log;
    private readonly GuardedClient _client;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly WebhookChanges _changes;

    internal WebhookEndpoints(
        Store store,
        SecretsService secrets,
        EventLog log,
        GuardedClient client,
        WebhookOptions options,
        TimeProvider time,
        WebhookChanges changes
    ) =>
        (_store, _secrets, _log, _client, _options, _time, _changes) = (
            store,
            secrets,
            log,
            client,
            options,
            time,
            changes
        );

    /// <summary>
    /// Makes an endpoint that gets what happens from now on, and its secret, which is not shown again. Fails with
    /// <see cref="Invalid"/> for an address that may not be reached, <see cref="Conflict"/> when the owner has as many
    /// as it may.
    /// </summary>
    public async Task<(WebhookEndpoint Endpoint, string Secret)> CreateAsync(
        Id<Workspace> workspace,
        string owner,
        NewWebhook webhook,
        Func<Db, WebhookEndpoint, ValueTask>? note = null,
        CancellationToken cancellation = default
    )
    {
        await CheckAsync(webhook.Url, cancellation);
        var from = await _log.EndAsync(cancellation);
        var now = _time.GetUtcNow();
        var secret = WebhookSecret.New();
        var endpoint = new WebhookEndpoint
        {
            Id = Id<WebhookEndpoint>.New(now),
            WorkspaceId = workspace,
            Owner = owner,
            Url = webhook.Url,
            EventTypes = string.Join(' ', webhook.EventTypes),
            Description = webhook.Description,
            State = WebhookState.Enabled,
            Position = from,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return await _store.WriteAsync(
            workspace,
            async db =>
            {
                if (
                    await db.Set<WebhookEndpoint>().CountAsync(row => row.Owner == owner)
                    >= _options.PerOwner
                )
                    throw new Conflict(
                        "too_many_webhooks",
                        $"There are {_options.PerOwner} webhooks, and no more are allowed."
                    );
                db.Set<WebhookEndpoint>().Add(endpoint);
                await _secrets.PutAsync(db, WebhookSecret.NameOf(endpoint.Id), secret, Actor);
                if (note is not null)
                    await note(db, endpoint);
                db.AfterCommit(_changes.Signal.Set);
                return (endpoint, secret);
            },
            cancellation
        );
    }

    /// <summary>All of an owner, newest first.</summary>
    public Task<List<WebhookEndpoint>> ListAsync(
        Id<Workspace> workspace,
        string owner,
        CancellationToken cancellation = default
    ) =>
        _store.ReadAsync(
            workspace,
            async db =>
                await db.Set<WebhookEndpoint>()
                    .AsNoTracking()
                    .Where(row => row.Owner == owner)
                    .OrderByDescending(row => row.Id)
                    .ToListAsync(),
            cancellation
        );

    public Task<WebhookEndpoint> GetAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> id,
        CancellationToken cancellation = default
    ) => _store.ReadAsync(workspace, db => FindAsync(db, owner, id), cancellation);

    /// <summary>Changes an endpoint. One that is enabled again goes on where it stopped.</summary>
    public async Task<WebhookEndpoint> ChangeAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> id,
        WebhookChange change,
        Func<Db, WebhookEndpoint, ValueTask>? note = null,
        CancellationToken cancellation = default
    )
    {
        if (change.Url is not null)
            await CheckAsync(change.Url, cancellation);
        return await ChangeAsync(
            workspace,
            owner,
            id,
            (_, endpoint) =>
            {
                endpoint.Url = change.Url ?? endpoint.Url;
                endpoint.Description = change.Description ?? endpoint.Description;
                if (change.EventTypes is { } types)
                    endpoint.EventTypes = string.Join(' ', types);
                if (change.Enabled is { } enabled)
                    SetEnabled(endpoint, enabled);
                return ValueTask.CompletedTask;
            },
            note,
            cancellation
        );
    }

    /// <summary>A new secret, which is not shown again. The old one signs, too, for as long as the settings say.</summary>
    public async Task<(WebhookEndpoint Endpoint, string Secret)> RotateAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> id,
        Func<Db, WebhookEndpoint, ValueTask>? note = null,
        CancellationToken cancellation = default
    )
    {
        var secret = WebhookSecret.New();
        var endpoint = await ChangeAsync(
            workspace,
            owner,
            id,
            async (db, endpoint) =>
            {
                var old = await _secrets.GetAsync(db, WebhookSecret.NameOf(id), Actor);
                await _secrets.PutAsync(db, WebhookSecret.PreviousNameOf(id), old, Actor);
                await db.SaveAsync();
                await _secrets.PutAsync(db, WebhookSecret.NameOf(id), secret, Actor);
                endpoint.PreviousSecretUntil = _time.GetUtcNow().AddHours(_options.OldSecretHours);
            },
            note,
            cancellation
        );
        return (endpoint, secret);
    }

    /// <summary>Sends all again that happened behind a position of the log, as far as the log is kept.</summary>
    public Task<WebhookEndpoint> ReplayAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> id,
        LogPosition after,
        CancellationToken cancellation = default
    ) =>
        ChangeAsync(
            workspace,
            owner,
            id,
            (_, endpoint) =>
            {
                if (after < endpoint.Position)
                    endpoint.Position = after;
                return ValueTask.CompletedTask;
            },
            note: null,
            cancellation
        );

    public Task DeleteAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> id,
        Func<Db, WebhookEndpoint, ValueTask>? note = null,
        CancellationToken cancellation = default
    ) =>
        _store.WriteAsync(
            workspace,
            async db =>
            {
                var endpoint = await FindAsync(db, owner, id);
                await RemoveAsync(db, endpoint);
                if (note is not null)
                    await note(db, endpoint);
            },
            cancellation
        );

    /// <summary>Deletes all of an owner that is removed, within the caller's write, which reaches the workspace.</summary>
    public async ValueTask DeleteAllAsync(Db db, string owner)
    {
        foreach (
            var endpoint in await db.Set<WebhookEndpoint>()
                .Where(row => row.Owner == owner)
                .ToListAsync()
        )
            await RemoveAsync(db, endpoint);
    }

    /// <summary>Stops all of an owner's, within the caller's write, until they are enabled again; the owner is told.</summary>
    public async ValueTask DisableAllAsync(Db db, string owner, string reason)
    {
        var now = _time.GetUtcNow();
        foreach (
            var endpoint in await db.Set<WebhookEndpoint>()
                .Where(row => row.Owner == owner && row.State == WebhookState.Enabled)
                .ToListAsync()
        )
        {
            endpoint.State = WebhookState.Disabled;
            (endpoint.DisabledReason, endpoint.DisabledAt) = (reason, now);
            (endpoint.UpdatedAt, endpoint.Version) = (now, endpoint.Version + 1);
            await WebhookDisabled.TellAsync(_log, db, endpoint);
            db.AfterCommit(() => _changes.Tell(endpoint.Id));
        }
    }

    /// <summary>Puts what they are granted by anew, for all of an owner's, within the caller's write.</summary>
    public async ValueTask GrantAgainAsync(Db db, string owner, Func<string, string> grant)
    {
        foreach (
            var endpoint in await db.Set<WebhookEndpoint>()
                .Where(row => row.Owner == owner)
                .ToListAsync()
        )
        {
            var granted = grant(endpoint.GrantedBy);
            if (granted == endpoint.GrantedBy)
                continue;
            (endpoint.GrantedBy, endpoint.Version) = (granted, endpoint.Version + 1);
            db.AfterCommit(() => _changes.Tell(endpoint.Id));
        }
    }

    internal static async ValueTask<WebhookEndpoint> FindAsync(
        Db db,
        string owner,
        Id<WebhookEndpoint> id
    ) =>
        await db.Set<WebhookEndpoint>()
            .FirstOrDefaultAsync(row => row.Id == id && row.Owner == owner)
        ?? throw new NotFound("webhook_not_found", "There is no such webhook.");

    private Task<WebhookEndpoint> ChangeAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> id,
        Func<Db, WebhookEndpoint, ValueTask> change,
        Func<Db, WebhookEndpoint, ValueTask>? note,
        CancellationToken cancellation
    ) =>
        _store.WriteAsync(
            workspace,
            async db =>
            {
                var endpoint = await FindAsync(db, owner, id);
                await change(db, endpoint);
                if (note is not null)
                    await note(db, endpoint);
                endpoint.Version++;
                endpoint.UpdatedAt = _time.GetUtcNow();
                db.AfterCommit(() => _changes.Tell(id));
                return endpoint;
            },
            cancellation
        );

    private void SetEnabled(WebhookEndpoint endpoint, bool enabled)
    {
        if (enabled == endpoint.State is WebhookState.Enabled)
            return;
        (endpoint.Failures, endpoint.FailingSince) = (0, null);
        endpoint.State = enabled ? WebhookState.Enabled : WebhookState.Disabled;
        endpoint.DisabledReason = enabled ? null : "Its owner disabled it.";
        endpoint.DisabledAt = enabled ? null : _time.GetUtcNow();
    }

    private async ValueTask RemoveAsync(Db db, WebhookEndpoint endpoint)
    {
        // First, so that no outcome is written any more when deliveries are removed.
        await db.ExecuteAsync(
            "DELETE FROM webhook_endpoints WHERE workspace_id = $1 AND id = $2",
            db.Workspace.Value,
            endpoint.Id.Value
        );
        await db.ExecuteAsync(
            "DELETE FROM webhook_deliveries WHERE workspace_id = $1 AND endpoint_id = $2",
            db.Workspace.Value,
            endpoint.Id.Value
        );
        await _secrets.DeleteAsync(db, WebhookSecret.NameOf(endpoint.Id), Actor);
        if (endpoint.PreviousSecretUntil is not null)
            await _secrets.DeleteAsync(db, WebhookSecret.PreviousNameOf(endpoint.Id), Actor);
        db.AfterCommit(() => _changes.Tell(endpoint.Id));
    }

    private async Task CheckAsync(string url, CancellationToken cancellation)
    {
        if (url.Length > LongestUrl || !Uri.TryCreate(url, UriKind.Absolute, out var address))
            throw new Invalid(
                "address_invalid",
                $"The address must be an absolute http or https URL of at most {LongestUrl} characters.",
                "url"
            );
        await _client.CheckAsync(address, cancellation);
    }
}
