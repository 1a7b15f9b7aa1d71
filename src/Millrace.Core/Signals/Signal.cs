namespace Millrace.Core.Signals;

/// <summary>
/// Wakes one waiter. The waiter takes back the signal, then looks at what may have changed, then waits: so nothing
/// that is set after the look is lost.
/// </summary>
public sealed class Signal
{
    private TaskCompletionSource _set = New();

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Forgets what was set so far.</summary>
    public void TakeBack()
    {
        if (Volatile.Read(ref _set).Task.IsCompleted)
            Volatile.Write(ref _set, New());
    }

    /// <summary>Returns when the signal is set, and at the latest after <paramref name="longest"/>.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Volatile.Read(ref _set).Task, Task.Delay(longest, time, over.Token));
        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
