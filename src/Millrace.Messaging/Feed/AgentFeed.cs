using System.Runtime.CompilerServices;
using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Feed;

/// <summary>Some of an agent's events, and the place to read on from, which may lie behind the last of them.</summary>
public sealed record FeedPage(IReadOnlyList<FeedItem> Items, LogPosition Next, bool HasMore)
{
    /// <summary>Whether events were lost between the place that was asked for and the first of these.</summary>
    public bool HasGap { get; init; }
}

/// <summary>
/// What happened to an agent, in order: the installation's log, filtered by the memberships that the agent had when each
/// thing happened, by what it blocks now and by the scopes that it is read with, and shown as it stands now, or as the agent left it. A position of the log is the cursor, on every node. (fluxra §10.3)
/// </summary>
public sealed class AgentFeed
{
    /// <summary>The code of what <see cref="FollowAsync"/> fails with when its reader did not keep up.</summary>
    public const string TooSlow = "feed_too_slow";

    private const int ScanPage = 500;
    private const int MostScanned = 10;

    private readonly Store _store;
    private readonly MessagingHome _home;
    private readonly EventLog _log;
    private readonly Audience _audience;
    private readonly DirectConversations _directs;
    private readonly ChatOptions _options;
    private readonly LiveTokens _tokens;
    private readonly FeedContents _contents;
    private readonly FeedTail _tail;
    private readonly FeedRetention _retention;
    private readonly TimeProvider _time;

    internal AgentFeed(
        Store store,
        MessagingHome home,
        EventLog log,
        Audience audience,
        DirectConversations directs,
        ChatOptions options,
        LiveTokens tokens,
        FeedContents contents,
        FeedTail tail,
        FeedRetention retention,
        TimeProvider time
    )
    {
        (_store, _home, _log, _audience) = (store, home, log, audience);
        (_directs, _options) = (directs, options);
        (_tokens, _contents, _tail, _retention, _time) = (tokens, contents, tail, retention, time);
    }

    /// <summary>
    /// An agent's events behind a position, or behind the end of the log when there is none. When there is no event, it
    /// returns as soon as there is, and at the latest after <paramref name="wait"/>. It fails with
    /// <see cref="Unauthenticated"/> when the caller's token ends while it waits.
    /// </summary>
    public async Task<FeedPage> ReadAsync(
        AgentCaller caller,
        LogPosition? after,
        int limit,
        TimeSpan wait = default,
        CancellationToken cancellation = default
    )
    {
        var (position, hasGap) = await BeginAsync(after, cancellation);
        using var held =
            wait > TimeSpan.Zero
                ? await HeldToken.TakeAsync(_tokens, caller, _time, cancellation)
                : null;
        var reader = FeedReader.Of(caller);
        var page = await ReadKeptAsync(reader, position, limit, wait, held, cancellation);
        held?.Require();
        return page with { HasGap = hasGap };
    }

    /// <summary>Likewise, however long ago it was, as long as the log is kept.</summary>
    internal Task<FeedPage> ReadKeptAsync(
        FeedReader reader,
        LogPosition after,
        int limit,
        TimeSpan wait,
        CancellationToken cancellation
    ) => ReadKeptAsync(reader, after, limit, wait, held: null, cancellation);

    private async Task<FeedPage> ReadKeptAsync(
        FeedReader reader,
        LogPosition after,
        int limit,
        TimeSpan wait,
        HeldToken? held,
        CancellationToken cancellation
    )
    {
        using var listener =
            wait > TimeSpan.Zero ? await _tail.ListenAsync(reader.Agent, cancellation) : null;
        var page = await ReadOnceAsync(reader, after, limit, cancellation);
        // What is hidden, or is no event, ends the wait of its reader too early; so it goes on for what is left of it.
        var started = _time.GetTimestamp();
        while (listener is not null && page is { Items.Count: 0, HasMore: false })
        {
            var left = wait - _time.GetElapsedTime(started);
            if (
                left <= TimeSpan.Zero
                || !await CameAsync(listener, left, held?.Over ?? cancellation, cancellation)
            )
                break;
            if (held is not null)
                await held.LookAsync();
            page = await ReadOnceAsync(reader, page.Next, limit, cancellation);
        }
        return page;
    }

    /// <summary>Where a reader begins that asks for a position: there, or later when its events are no longer kept.</summary>
    public async Task<(LogPosition Position, bool HasGap)> BeginAsync(
        LogPosition? after,
        CancellationToken cancellation = default
    )
    {
        if (after is not { } position)
            return (await _log.EndAsync(cancellation), false);
        var oldest = await _retention.OldestAsync(cancellation);
        return position < oldest ? (oldest, true) : (position, false);
    }

    /// <summary>
    /// An agent's events behind a position, first those of the past, then each as it happens, and what is told once and
    /// not kept. It ends with <see cref="Unauthenticated"/> when the caller's token ends, however it does, and with
    /// <see cref="Unavailable"/> when the reader does not keep up: it reads on from its last position then.
    /// </summary>
    public async IAsyncEnumerable<FeedItem> FollowAsync(
        AgentCaller caller,
        LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var reader = FeedReader.Of(caller);
        using var listener = await _tail.ListenAsync(reader.Agent, cancellation);
        using var held = await HeldToken.TakeAsync(_tokens, caller, _time, cancellation);
        var past = new FeedPage([], after, HasMore: true);
        while (past.HasMore || past.Next < listener.Start)
        {
            held.Require();
            past = await ReadOnceAsync(reader, past.Next, ScanPage, cancellation);
            foreach (var item in past.Items)
                yield return item;
        }
        var filter = await FilterAsync(reader, cancellation);
        while (await held.WaitToReadAsync(listener.Signals))
        {
            while (listener.TryTake(out var signal))
            {
                held.Require();
                if (signal.Change is FeedChange.Credentials)
                    await held.LookAsync();
                else if (signal.Change is FeedChange.Blocks)
                    filter = await FilterAsync(reader, cancellation);
                if (signal.Item is not { } item || item.Position <= past.Next || filter.Hides(item))
                    continue;
                yield return item.ShowsLaterOf is null
                    ? item
                    : (await AsLeftAsync(reader.Agent, [item], cancellation))[0];
            }
        }
        throw new Unavailable(
            TooSlow,
            "The reader did not keep up. Connect again with the last cursor.",
            TimeSpan.FromSeconds(1)
        );
    }

    /// <summary>Whether something came before the time, or what else ends the wait, was over.</summary>
    private async Task<bool> CameAsync(
        FeedListener listener,
        TimeSpan wait,
        CancellationToken ended,
        CancellationToken cancellation
    )
    {
        using var over = new CancellationTokenSource(wait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, ended);
        try
        {
            var came = await listener.Signals.WaitToReadAsync(either.Token);
            while (listener.TryTake(out _)) { }
            return came;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private Task<FeedFilter> FilterAsync(FeedReader reader, CancellationToken cancellation) =>
        FeedFilter.ReadAsync(_store, _home, _directs, _options, reader, cancellation);

    private async Task<FeedPage> ReadOnceAsync(
        FeedReader reader,
        LogPosition after,
        int limit,
        CancellationToken cancellation
    )
    {
        var page = await FindAsync(reader, after, limit, cancellation);
        return page with { Items = await AsLeftAsync(reader.Agent, page.Items, cancellation) };
    }

    /// <summary>
    /// The same events, without what came of a conversation after the agent left it. Asked for only where something is
    /// shown that is later than its event, and after that was read: a leaving before it is not missed.
    /// </summary>
    private async Task<IReadOnlyList<FeedItem>> AsLeftAsync(
        Id<AgentAccount> agent,
        IReadOnlyList<FeedItem> items,
        CancellationToken cancellation
    )
    {
        var later = items.Select(item => item.ShowsLaterOf).OfType<Id<Conversation>>().Distinct();
        if (later.ToList() is not { Count: > 0 } conversations)
            return items;
        var left = await _store.ReadAsync(
            _home.Workspace,
            db => Departure.FindAsync(db, agent, conversations),
            cancellation
        );
        return
        [
            .. items.Select(item =>
                item.ShowsLaterOf is { } conversation && left[conversation] is { } departure
                    ? item.With(departure)
                    : item
            ),
        ];
    }

    private async Task<FeedPage> FindAsync(
        FeedReader reader,
        LogPosition after,
        int limit,
        CancellationToken cancellation
    )
    {
        var filter = await FilterAsync(reader, cancellation);
        if (_tail.Recent(reader.Agent, after, filter, limit) is { } recent)
            return recent;
        // A bounded part of the log is looked through for one answer; the next goes on behind it.
        var items = new List<FeedItem>();
        for (var page = 0; page < MostScanned; page++)
        {
            var scanned = await _log.ReadLogAsync(
                _home.Workspace,
                after,
                ScanPage,
                cancellation: cancellation
            );
            var rows = await OwnAsync(reader.Agent, scanned.Events, cancellation);
            foreach (var item in await _contents.OpenAsync(rows, cancellation))
            {
                if (filter.Hides(item))
                    continue;
                if (items.Count == limit)
                    return new FeedPage(items, items[^1].Position!.Value, HasMore: true);
                items.Add(item);
            }
            after = scanned.Next;
            if (scanned.Events.Count < ScanPage)
                return new FeedPage(items, after, HasMore: false);
        }
        return new FeedPage(items, after, HasMore: true);
    }

    // Read after the events, so that no membership is missing which one of them speaks of.
    private async Task<List<(Event, ConversationAudience?)>> OwnAsync(
        Id<AgentAccount> agent,
        IReadOnlyList<Event> events,
        CancellationToken cancellation
    )
    {
        var conversations = events
            .GroupBy(row => ConversationEvents.ConversationOf(row.Subject))
            .Where(rows => rows.Key is not null)
            .Select(rows =>
                (rows.Key!.Value, rows.Min(row => row.Sequence), rows.Max(row => row.Sequence))
            )
            .ToList();
        var memberships = (
            await _audience.OfAsync(agent, conversations, cancellation)
        ).ToLookup(membership => membership.Conversation);
        var own = ConversationEvents.SubjectOf(agent);
        return
        [
            .. events
                .Where(row =>
                    ConversationEvents.ConversationOf(row.Subject) is { } conversation
                        ? memberships[conversation].Any(held => held.Covers(row.Sequence))
                        : row.Subject == own
                )
                .Select(row => (row, (ConversationAudience?)null)),
        ];
    }
}
