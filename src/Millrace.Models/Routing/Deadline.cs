namespace Millrace.Models.Routing;

/// <summary>The time limit of one attempt, moved on with each piece of a stream. Cancels also when the caller does.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _caller;

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _source = new CancellationTokenSource(limit, time);
        _caller = caller.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).Cancel(),
            _source
        );
    }

    public CancellationToken Token => _source.Token;

    public void MoveTo(TimeSpan limit) => _source.CancelAfter(limit);

    public void Dispose()
    {
        _caller.Dispose();
        _source.Dispose();
    }
}
