namespace Millrace.Agents.Sessions;

/// <summary>
/// Keeps a session claimed while its turn is worked on. Its token ends with the caller's, or when the claim is lost to
/// another process.
/// </summary>
internal sealed class SessionClaim : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _renewal;

    public SessionClaim(
        SessionLog log,
        OpenTurn turn,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _renewal = turn.Session is null ? Task.CompletedTask : RenewAsync(log, turn, time);
    }

    public CancellationToken Token => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _renewal;
        _done.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync(SessionLog log, OpenTurn turn, TimeProvider time)
    {
        using var timer = new PeriodicTimer(SessionLog.RenewEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                if (await StillOursAsync(log, turn))
                    continue;
                await _lost.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The turn is over.
        }
    }

    /// <summary>A database that does not answer for a moment loses no claim: the next renewal may be in time.</summary>
    private async Task<bool> StillOursAsync(SessionLog log, OpenTurn turn)
    {
        try
        {
            return await log.RenewAsync(turn, _done.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return true;
        }
    }
}
