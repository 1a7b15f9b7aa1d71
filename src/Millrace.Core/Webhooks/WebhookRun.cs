using Millrace.Core.Events;

namespace Millrace.Core.Webhooks;

/// <summary>
/// Delivers to one endpoint, one event after the other, while this node holds it. What fails is put into the list of
/// deliveries, and the next event follows; but when <see cref="Few"/> have failed in a row the receiver is taken to be
/// down: then those are tried again when their time comes, and after them one new event, until something gets through. So
/// a dead endpoint costs next to nothing.
/// </summary>
internal sealed class WebhookRun(
    WebhookEndpoint endpoint,
    IReadOnlyList<byte[]> keys,
    IWebhookSource source,
    WebhookSender sender,
    WebhookLedger ledger,
    TimeProvider time
)
{
    private const int Few = 3;
    private const int PageSize = 100;
    private const int DuePage = 20;

    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SaveIdleEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Uri _url = new(endpoint.Url);
    private readonly HashSet<string> _types = [.. endpoint.Types];
    private readonly List<WebhookOutcome> _outcomes = [];
    private CancellationToken _sending;
    private DateTimeOffset? _nextRetry;
    private bool _hasRecovered;
    private long _savedAt = time.GetTimestamp();

    private bool IsDown => endpoint.Failures >= Few && _nextRetry is not null;

    /// <summary>Returns when the endpoint has been changed, disabled or taken; otherwise only with the cancellation.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // What is under way may end: cut off, it would have to be sent again.
        using var sending = new CancellationTokenSource();
        await using var asked = cancellation.UnsafeRegister(
            static sending => ((CancellationTokenSource)sending!).CancelAfter(Grace),
            sending
        );
        _sending = sending.Token;
        try
        {
            _nextRetry = await ledger.NextRetryAsync(endpoint, cancellation);
            while (endpoint.State is WebhookState.Enabled)
            {
                if (!await StepAsync(cancellation))
                    return;
            }
        }
        finally
        {
            // Also of a process that ends: what was sent is not to be sent again.
            if (_outcomes.Count > 0)
                await SaveAsync();
        }
    }

    private async Task<bool> StepAsync(CancellationToken cancellation)
    {
        var wait = _nextRetry - time.GetUtcNow() ?? LongestWait;
        if (wait <= TimeSpan.Zero)
            return await RetryAsync(cancellation);
        if (wait > LongestWait)
            wait = LongestWait;
        if (IsDown)
        {
            await Task.Delay(wait, time, cancellation);
            return true;
        }
        var page = await ReadAsync(endpoint.Position, PageSize, wait, cancellation);
        return endpoint.State is WebhookState.Enabled
            ? await DeliverAsync(page, cancellation)
            : await SaveAsync();
    }

    /// <summary>Events behind a position; none when the endpoint is to get no more, which disables it.</summary>
    private async Task<WebhookPage> ReadAsync(
        LogPosition after,
        int limit,
        TimeSpan wait,
        CancellationToken cancellation
    )
    {
        var page = await source.ReadAsync(endpoint, after, limit, wait, cancellation);
        if (page.Ended is { } reason)
            Disable(reason);
        return page;
    }

    private async Task<bool> DeliverAsync(WebhookPage page, CancellationToken cancellation)
    {
        foreach (var next in page.Events.Where(Wants))
        {
            var attempt = await SendAsync(next);
            NoteFirst(next, attempt);
            if (IsDown || endpoint.State is WebhookState.Disabled)
                return await SaveAsync();
            cancellation.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(_savedAt) >= SaveEvery && !await SaveAsync())
                return false;
        }
        endpoint.Position = page.Next;
        return (_outcomes.Count == 0 && time.GetElapsedTime(_savedAt) < SaveIdleEvery)
            || await SaveAsync();
    }

    private async Task<bool> RetryAsync(CancellationToken cancellation)
    {
        foreach (var due in await ledger.DueAsync(endpoint, DuePage, cancellation))
        {
            var attempt = await SendAgainAsync(due, cancellation);
            if (attempt is not null)
                NoteAgain(due, attempt);
            if (endpoint.State is WebhookState.Disabled)
                return await SaveAsync();
            cancellation.ThrowIfCancellationRequested();
        }
        if (endpoint.Failures >= Few)
            await ProbeAsync(cancellation);
        if (!await SaveAsync())
            return false;
        _nextRetry = await ledger.NextRetryAsync(endpoint, cancellation);
        return true;
    }

    /// <summary>Tries one new event: the receiver may refuse only those that failed before.</summary>
    private async Task ProbeAsync(CancellationToken cancellation)
    {
        var page = await ReadAsync(endpoint.Position, PageSize, TimeSpan.Zero, cancellation);
        if (page.Events.FirstOrDefault(Wants) is not { } next)
            return;
        var attempt = await SendAsync(next);
        if (attempt.HasSucceeded)
            NoteFirst(next, attempt);
    }

    /// <summary>Null when the endpoint is to get nothing any more.</summary>
    private async Task<WebhookAttempt?> SendAgainAsync(
        DueDelivery due,
        CancellationToken cancellation
    )
    {
        var before = due.Position with { Id = due.Position.Id - 1 };
        var page = await ReadAsync(before, 1, TimeSpan.Zero, cancellation);
        if (endpoint.State is WebhookState.Disabled)
            return null;
        return page.Events is [var found] && found.Position == due.Position
            ? await SendAsync(found)
            : new WebhookAttempt(time.GetUtcNow(), null, "The event is no longer kept.")
            {
                IsLost = true,
            };
    }

    private Task<WebhookAttempt> SendAsync(WebhookEvent next) =>
        sender.SendAsync(_url, keys, next.Id, next.Body, _sending);

    private void NoteFirst(WebhookEvent sent, WebhookAttempt attempt)
    {
        endpoint.Position = sent.Position;
        var state = Note(sent.Position, sent.Id, sent.Type, 1, attempt);
        if (state is WebhookDeliveryState.Delivered)
            return;
        endpoint.Failures++;
        endpoint.FailingSince ??= attempt.At;
    }

    private void NoteAgain(DueDelivery due, WebhookAttempt attempt)
    {
        var state = Note(due.Position, due.EventId, due.EventType, due.Attempts + 1, attempt);
        if (state is WebhookDeliveryState.Failed && endpoint.FailingSince <= due.CreatedAt)
            Disable($"Nothing was delivered since {endpoint.FailingSince:yyyy-MM-dd HH:mm} UTC.");
    }

    private WebhookDeliveryState Note(
        LogPosition position,
        string id,
        string type,
        long attempts,
        WebhookAttempt attempt
    )
    {
        var delay = attempt.IsLost ? null : WebhookSchedule.After(attempts, attempt.RetryAfter);
        var state =
            attempt.HasSucceeded ? WebhookDeliveryState.Delivered
            : delay is null ? WebhookDeliveryState.Failed
            : WebhookDeliveryState.Waiting;
        DateTimeOffset? next =
            state is WebhookDeliveryState.Waiting ? time.GetUtcNow() + delay!.Value : null;
        _outcomes.Add(new WebhookOutcome(position, id, type, state, attempts, attempt, next));
        if (next < (_nextRetry ?? DateTimeOffset.MaxValue))
            _nextRetry = next;
        if (attempt.HasSucceeded)
            Recover();
        if (attempt.IsGone)
            Disable("The receiver answered 410: it takes nothing any more.");
        return state;
    }

    private void Recover()
    {
        _hasRecovered |= endpoint.Failures >= Few;
        (endpoint.Failures, endpoint.FailingSince) = (0, null);
    }

    private void Disable(string reason) =>
        (endpoint.State, endpoint.DisabledReason, endpoint.DisabledAt) = (
            WebhookState.Disabled,
            reason,
            time.GetUtcNow()
        );

    private bool Wants(WebhookEvent next) => _types.Count == 0 || _types.Contains(next.Type);

    private async Task<bool> SaveAsync()
    {
        var saved = await ledger.SaveAsync(endpoint, _outcomes, _hasRecovered);
        if (_hasRecovered)
            _nextRetry = await ledger.NextRetryAsync(endpoint, CancellationToken.None);
        _outcomes.Clear();
        _hasRecovered = false;
        _savedAt = time.GetTimestamp();
        return saved;
    }
}
