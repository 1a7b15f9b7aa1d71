using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Signals;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Feed;

/// <summary>
/// The node's one reader of the log. It opens each event once and hands it to the listeners among those who were members
/// when it happened; the latest stay in memory for those who ask from time to time. While nobody asks it reads nothing.
/// </summary>
/// <remarks>
/// Invariant: under the lock, while it follows, all events up to the position were handed to every listener that was
/// there, and a listener that comes begins at the position. So nothing is lost between what it reads of the past and what
/// it is handed.
/// </remarks>
internal sealed partial class FeedTail(
    EventLog log,
    MessagingHome home,
    Audience audience,
    FeedContents contents,
    TimeProvider time,
    ILogger<FeedTail> logger
) : BackgroundService
{
    private const int MostKept = 10_000;
    private const long MostKeptBytes = 32 << 20;
    private const int MostAudiences = 10_000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Id<AgentAccount>, List<FeedListener>> _listeners = [];
    private readonly Dictionary<Id<Conversation>, ConversationAudience> _audiences = [];
    private readonly List<FeedItem> _kept = [];
    private readonly Lock _lock = new();
    private readonly Signal _wanted = new();
    private TaskCompletionSource _follows = New();
    private LogPosition _from;
    private LogPosition _position;
    private long? _askedAt;
    private long _keptBytes;

    /// <summary>Bytes of memory that the latest events take about: at most twice the bound.</summary>
    internal long KeptBytes
    {
        get
        {
            lock (_lock)
                return _keptBytes;
        }
    }

    /// <summary>A listener that begins at the present position.</summary>
    public async Task<FeedListener> ListenAsync(
        Id<AgentAccount> agent,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            Task begins;
            lock (_lock)
            {
                _askedAt = time.GetTimestamp();
                begins = _follows.Task;
                if (begins.IsCompleted)
                    return Add(agent);
            }
            _wanted.Set();
            await begins.WaitAsync(cancellation);
        }
    }

    /// <summary>An agent's events behind a position, when all of them are in memory; else null.</summary>
    public FeedPage? Recent(Id<AgentAccount> agent, LogPosition after, FeedFilter filter, int limit)
    {
        lock (_lock)
        {
            _askedAt = time.GetTimestamp();
            if (!_follows.Task.IsCompleted)
                _wanted.Set();
            if (!_follows.Task.IsCompleted || after < _from)
                return null;
            var items = new List<FeedItem>();
            var subject = ConversationEvents.SubjectOf(agent);
            for (var i = IndexAfter(after); i < _kept.Count; i++)
            {
                var item = _kept[i];
                if (!item.Concerns(agent, subject) || filter.Hides(item))
                    continue;
                if (items.Count == limit)
                    return new FeedPage(items, items[^1].Position!.Value, HasMore: true);
                items.Add(item);
            }
            return new FeedPage(items, _position > after ? _position : after, HasMore: false);
        }
    }

    /// <summary>Hands over what is not kept, to this node's listeners among the agents.</summary>
    public void Tell(FeedItem item, IEnumerable<Id<AgentAccount>> agents)
    {
        lock (_lock)
        {
            foreach (var agent in agents)
                Offer(agent, new FeedSignal(item, FeedChange.None));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.CannotFollow(logger, failure);
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        while (true)
        {
            _wanted.TakeBack();
            if (!IsAsked())
            {
                await _wanted.WaitAsync(KeepFor, time, cancellation);
                continue;
            }
            if (!_follows.Task.IsCompleted)
                Begin(await log.EndAsync(cancellation));
            await foreach (var page in log.FollowAsync(home.Workspace, _position, cancellation))
            {
                if (HasEnded())
                    break;
                await TakeAsync(page, cancellation);
            }
        }
    }

    private void Begin(LogPosition end)
    {
        lock (_lock)
        {
            _position = _from = end;
            _follows.SetResult();
        }
    }

    /// <summary>Ends it when nobody asks any more.</summary>
    private bool HasEnded()
    {
        lock (_lock)
        {
            if (IsAsked())
                return false;
            _kept.Clear();
            _keptBytes = 0;
            _audiences.Clear();
            _follows = New();
            return true;
        }
    }

    private async Task TakeAsync(LogPage page, CancellationToken cancellation)
    {
        var rows = new List<(Event Row, ConversationAudience? Audience)>(page.Events.Count);
        foreach (var row in page.Events)
            rows.Add((row, await AudienceAsync(row, cancellation)));
        var opened = await contents.OpenAsync(rows, cancellation);
        lock (_lock)
            Hand(rows, opened, page.Next);
    }

    private bool IsAsked()
    {
        lock (_lock)
            return _listeners.Count > 0 || _askedAt is { } at && time.GetElapsedTime(at) < KeepFor;
    }

    /// <summary>Who is told of a conversation's event; it is read anew when the event is of a change to it.</summary>
    private async ValueTask<ConversationAudience?> AudienceAsync(
        Event row,
        CancellationToken cancellation
    )
    {
        if (ConversationEvents.ConversationOf(row.Subject) is not { } conversation)
            return null;
        var changes =
            row.Type
            is ConversationEvents.ConversationCreated
                or ConversationEvents.MemberAdded
                or ConversationEvents.MemberRemoved;
        if (
            !changes
            && _audiences.TryGetValue(conversation, out var known)
            && known.From <= row.Sequence
        )
            return known;
        if (_audiences.Count >= MostAudiences)
            _audiences.Clear();
        var read = new ConversationAudience(
            row.Sequence,
            await audience.OfAsync(conversation, row.Sequence, cancellation)
        );
        _audiences[conversation] = read;
        return read;
    }

    private void Hand(
        List<(Event Row, ConversationAudience? Audience)> rows,
        List<FeedItem> opened,
        LogPosition next
    )
    {
        var at = 0;
        foreach (var (row, told) in rows)
        {
            var item =
                at < opened.Count && opened[at].Position == row.Position ? opened[at++] : null;
            if (told is null)
                HandToOne(row, item);
            else if (item is not null)
            {
                foreach (var membership in told.Memberships)
                {
                    if (membership.Covers(row.Sequence))
                        Offer(membership.Agent, new FeedSignal(item, FeedChange.None));
                }
            }
        }
        Renew(opened);
        _kept.AddRange(opened);
        _keptBytes += opened.Sum(item => item.Weight);
        Trim();
        _position = next;
    }

    /// <summary>Lets the oldest go when too many or too large ones are kept; half of the room is made at once.</summary>
    private void Trim()
    {
        if (_kept.Count <= 2 * MostKept && _keptBytes <= 2 * MostKeptBytes)
            return;
        var gone = 0;
        while (_kept.Count - gone > MostKept || _keptBytes > MostKeptBytes)
            _keptBytes -= _kept[gone++].Weight;
        _from = _kept[gone - 1].Position!.Value;
        _kept.RemoveRange(0, gone);
    }

    /// <summary>What a message said before it was edited or deleted, or a group was called, is not told again. (fluxra §11.4)</summary>
    private void Renew(List<FeedItem> opened)
    {
        Dictionary<Guid, FeedContent>? changed = null;
        foreach (var item in opened)
        {
            if (
                item.Type
                    is ConversationEvents.MessageUpdated
                        or ConversationEvents.MessageDeleted
                        or ConversationEvents.ConversationUpdated
                && ShownBy(item) is { } shown
            )
                (changed ??= [])[shown] = item.Content;
        }
        if (changed is null)
            return;
        for (var i = 0; i < _kept.Count; i++)
        {
            if (ShownBy(_kept[i]) is { } shown && changed.TryGetValue(shown, out var now))
            {
                _keptBytes -= _kept[i].Weight;
                _kept[i] = _kept[i].With(now);
                _keptBytes += _kept[i].Weight;
            }
        }
    }

    private static Guid? ShownBy(FeedItem item) =>
        item.Content switch
        {
            MessageContent content => content.Message.Id.Value,
            ConversationContent content => content.Conversation.Id.Value,
            _ => null,
        };

    private void HandToOne(Event row, FeedItem? item)
    {
        if (AgentOf(row.Subject, "agent:") is { } agent)
        {
            if (row.Type == ConversationEvents.BlocksChanged)
                Offer(agent, new FeedSignal(null, FeedChange.Blocks));
            else if (item is not null)
                Offer(agent, new FeedSignal(item, FeedChange.None));
        }
        else if (AgentOf(row.Subject, "credentials:") is { } owner)
            Offer(owner, new FeedSignal(null, FeedChange.Credentials));
    }

    private void Offer(Id<AgentAccount> agent, FeedSignal signal)
    {
        if (!_listeners.TryGetValue(agent, out var own))
            return;
        foreach (var listener in own)
            listener.Offer(signal);
    }

    private FeedListener Add(Id<AgentAccount> agent)
    {
        var listener = new FeedListener(agent, _position, Leave);
        if (!_listeners.TryGetValue(agent, out var own))
            _listeners.Add(agent, own = []);
        own.Add(listener);
        return listener;
    }

    private void Leave(FeedListener listener)
    {
        lock (_lock)
        {
            if (!_listeners.TryGetValue(listener.Agent, out var own))
                return;
            own.Remove(listener);
            if (own.Count == 0)
                _listeners.Remove(listener.Agent);
        }
    }

    private int IndexAfter(LogPosition after)
    {
        var (low, high) = (0, _kept.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_kept[middle].Position > after)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private static TaskCompletionSource New() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Id<AgentAccount>? AgentOf(string subject, string prefix) =>
        Id<AgentAccount>.TryParse(subject, prefix, out var id) ? id : null;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The log cannot be followed for live feeds; trying again")]
        public static partial void CannotFollow(ILogger logger, Exception failure);
    }
}
