namespace Millrace.Bench.Measuring;

/// <summary>The most memory that this process held while something ran, looked at every 20 ms.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly ManualResetEventSlim _over = new();
    private readonly Thread _looking;
    private long _most;

    public PeakMemory()
    {
        _looking = new Thread(Look) { IsBackground = true };
        _looking.Start();
    }

    /// <summary>Bytes.</summary>
    public long Stop()
    {
        _over.Set();
        _looking.Join();
        return _most;
    }

    public void Dispose()
    {
        Stop();
        _over.Dispose();
    }

    private void Look()
    {
        do _most = Math.Max(_most, Environment.WorkingSet);
        while (!_over.Wait(20));
    }
}
