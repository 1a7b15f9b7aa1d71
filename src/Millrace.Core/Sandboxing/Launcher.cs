using System.Collections.Concurrent;
using System.Diagnostics;

namespace Millrace.Core.Sandboxing;

/// <summary>
/// Starts every program from one thread that lives as long as the server. The kernel ends a <c>--die-with-parent</c>
/// program when the <em>thread</em> that started it ends, and the pool's threads come and go.
/// </summary>
internal sealed class Launcher : IDisposable
{
    private readonly BlockingCollection<(
        ProcessStartInfo,
        TaskCompletionSource<Process>
    )> _starts = [];

    public Launcher() => new Thread(Run) { IsBackground = true, Name = "sandbox" }.Start();

    public Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        _starts.Add((start, started));
        return started.Task;
    }

    public void Dispose() => _starts.CompleteAdding();

    private void Run()
    {
        foreach (var (start, started) in _starts.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        }
    }
}
