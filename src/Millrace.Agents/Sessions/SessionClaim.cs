namespace Millrace.Agents.Sessions;

/// <summary>
/// Keeps a session claimed while its turn is worked on. Its token ends with the caller's, or when the claim is lost to
/// another process.
/// </summary>
internal sealed class SessionClaim : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost;
    private readonly PeriodicTimer _timer;
    private readonly Task _renewal;

    public SessionClaim(
        SessionLog log,
        OpenTurn turn,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _timer = new PeriodicTimer(SessionLog.RenewEvery, time);
        _renewal = turn.Session is null ? Task.CompletedTask : RenewAsync(log, turn);
    }

    public CancellationToken Token => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        // Ends the wait without an exception, which would cost more than all else here.
        _timer.Dispose();
        await _renewal;
        _lost.Dispose();
    }

    private async Task RenewAsync(SessionLog log, OpenTurn turn)
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (await StillOursAsync(log, turn))
                continue;
            await _lost.CancelAsync();
            return;
        }
    }

    /// <summary>A database that does not answer for a moment loses no claim: the next renewal may be in time.</summary>
    private static async Task<bool> StillOursAsync(SessionLog log, OpenTurn turn)
    {
        try
        {
            return await log.RenewAsync(turn, CancellationToken.None);
        }
        catch (Exception)
        {
            return true;
        }
    }
}
