using System.Threading.Channels;
using Millrace.Core.Failures;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Feed;

/// <summary>
/// The token of a connection that outlives its request. Its end is that of the token, of the key that it came of, or of
/// the grace after a refresh, whichever is first; it is looked for again when credentials of the account have changed.
/// </summary>
internal sealed class HeldToken : IDisposable
{
    private readonly LiveTokens _tokens;
    private readonly AgentCaller _caller;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _leaving;

    private HeldToken(
        LiveTokens tokens,
        AgentCaller caller,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        (_tokens, _caller, _time, _cancellation) = (tokens, caller, time, cancellation);
        _over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _leaving = cancellation.UnsafeRegister(
            static over => ((CancellationTokenSource)over!).Cancel(),
            _over
        );
    }

    /// <summary>Cancelled when the token or the connection ends.</summary>
    public CancellationToken Over => _over.Token;

    /// <exception cref="Unauthenticated">It has ended.</exception>
    public static async Task<HeldToken> TakeAsync(
        LiveTokens tokens,
        AgentCaller caller,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var held = new HeldToken(tokens, caller, time, cancellation);
        try
        {
            await held.LookAsync();
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Looks again how long it holds.</summary>
    /// <exception cref="Unauthenticated">It has ended.</exception>
    public async ValueTask LookAsync()
    {
        var left = await _tokens.EndOfAsync(_caller, _cancellation) - _time.GetUtcNow();
        if (left is not { } time || time <= TimeSpan.Zero)
            throw Ended();
        _over.CancelAfter(time);
    }

    /// <exception cref="Unauthenticated">It has ended.</exception>
    public void Require()
    {
        if (_over.IsCancellationRequested && !_cancellation.IsCancellationRequested)
            throw Ended();
    }

    /// <summary>Waits until there is something to read; false when there will not be.</summary>
    /// <exception cref="Unauthenticated">It has ended meanwhile.</exception>
    public async ValueTask<bool> WaitToReadAsync<T>(ChannelReader<T> reader)
    {
        try
        {
            return await reader.WaitToReadAsync(_over.Token);
        }
        catch (OperationCanceledException) when (!_cancellation.IsCancellationRequested)
        {
            throw Ended();
        }
    }

    public void Dispose()
    {
        _leaving.Dispose();
        _over.Dispose();
    }

    private static Unauthenticated Ended() => new("unauthorized", "The token has ended.");
}
