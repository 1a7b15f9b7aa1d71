using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Millrace.Api.Fluxra.Access;
using Millrace.Core.Failures;
using Millrace.Core.Limits;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Feed;
using Millrace.Messaging.Presence;

namespace Millrace.Api.Fluxra.Feed;

/// <summary>Runs a connection from its first message to its end. The codes it closes with are in the guide.</summary>
internal sealed partial class SocketSessions(
    LiveTokens tokens,
    AgentFeed feed,
    FeedCursors cursors,
    Typing typing,
    PresenceBoard presence,
    Rates rates,
    TimeProvider time,
    ILogger<SocketSessions> logger
)
{
    private const int TokenEnded = 4401;
    private const int ScopeMissing = 4403;
    private const int CursorUnknown = 4400;
    private const int TooSlow = 4408;
    private const int TooMany = 4429;

    private static readonly TimeSpan FirstMessageWithin = TimeSpan.FromSeconds(10);

    public bool Knows(AgentCaller caller, string cursor) => cursors.TryRead(caller, cursor, out _);

    /// <param name="caller">Null when the first message is to tell; any other has its place already.</param>
    /// <param name="over">Cancelled when the connection or the server ends; and here, when the client leaves.</param>
    public async Task RunAsync(
        WebSocket socket,
        AgentCaller? caller,
        string? cursor,
        CancellationTokenSource over
    )
    {
        await using var frames = new SocketFrames(socket);
        var reading = Task.CompletedTask;
        RateLease place = default;
        try
        {
            if (caller is null)
            {
                caller = await LogInAsync(frames, over.Token);
                place = caller is null ? default : rates.Open(caller.AgentId);
            }
            if (caller is null)
                await frames.CloseAsync(TokenEnded, "The token does not hold.");
            else if (!caller.May(Scope.MessagesRead))
                await frames.CloseAsync(ScopeMissing, "The token lacks messages:read.");
            else if (cursor is not null && !Knows(caller, cursor))
                await frames.CloseAsync(CursorUnknown, "The cursor is of no feed of this agent.");
            else
            {
                var messages = new SocketMessages(frames, caller, typing, presence, rates);
                var sending = SendAsync(frames, caller, cursor, over.Token);
                reading = messages.ReadAsync(over.Token);
                if (await Task.WhenAny(sending, reading) == reading)
                    await LeaveAsync(frames, sending, reading, over);
                else
                    await sending;
            }
        }
        catch (Unauthenticated)
        {
            await frames.CloseAsync(TokenEnded, "The token has ended.");
        }
        catch (Limited)
        {
            await frames.CloseAsync(TooMany, "The agent has too many connections open.");
        }
        catch (Unavailable slow) when (slow.Code == AgentFeed.TooSlow)
        {
            await frames.CloseAsync(TooSlow, "Connect again with the last cursor.");
        }
        catch (OperationCanceledException)
        {
            await frames.CloseAsync(
                (int)WebSocketCloseStatus.EndpointUnavailable,
                "Connect again."
            );
        }
        catch (WebSocketException)
        {
            // The client is gone.
        }
        catch (Exception failure)
        {
            Log.Failed(logger, failure);
            await frames.CloseAsync(
                (int)WebSocketCloseStatus.InternalServerError,
                "The server failed. Connect again with the last cursor."
            );
        }
        finally
        {
            place.Dispose();
        }
        await frames.EndAsync(reading);
    }

    /// <summary>The client has closed, or said what is no message; or what it said could not be done.</summary>
    private static async Task LeaveAsync(
        SocketFrames frames,
        Task sending,
        Task reading,
        CancellationTokenSource over
    )
    {
        await over.CancelAsync();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await reading;
        await frames.CloseAsync((int)WebSocketCloseStatus.NormalClosure, "");
    }

    private async Task<AgentCaller?> LogInAsync(SocketFrames frames, CancellationToken cancellation)
    {
        try
        {
            var message = await frames
                .ReadAsync()
                .WaitAsync(FirstMessageWithin, time, cancellation);
            return message is not null && SocketMessages.TokenOf(message) is { } token
                ? await tokens.FindAsync(token, cancellation)
                : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private async Task SendAsync(
        SocketFrames frames,
        AgentCaller caller,
        string? cursor,
        CancellationToken cancellation
    )
    {
        var after =
            cursor is not null && cursors.TryRead(caller, cursor, out var position)
                ? position
                : (Core.Events.LogPosition?)null;
        var (begin, hasGap) = await feed.BeginAsync(after, cancellation);
        await frames.SendAsync(
            new SocketNotice("ready") { Cursor = cursors.Write(caller, begin), Gap = hasGap },
            cancellation
        );
        await foreach (var item in feed.FollowAsync(caller, begin, cancellation))
        {
            var at = item.Position is { } place ? cursors.Write(caller, place) : null;
            await frames.SendAsync(at, item.Body, cancellation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A WebSocket of an agent's feed has failed")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
