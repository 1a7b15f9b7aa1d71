using Millrace.Core.Failures;

namespace Millrace.Core.Sandboxing;

/// <summary>
/// Runs Debian programs on input that somebody else made, inside bubblewrap: no network, no file of the host but /usr,
/// and limits of time, memory, processes and output. As many at once as there are cores; the others wait.
/// </summary>
/// <remarks>
/// Failures: <c>NotConfigured</c> (<c>program_missing</c>, <c>sandbox_unavailable</c>), <c>TimedOut</c>
/// (<c>tool_timed_out</c>), <c>TooLarge</c> (<c>tool_output_too_large</c>). A program that fails by itself is a result.
/// </remarks>
public sealed class Sandbox(SandboxOptions options, TimeProvider time) : IDisposable
{
    private readonly Launcher _launcher = new();
    private readonly SemaphoreSlim _places = new(
        options.Parallel > 0 ? options.Parallel : Environment.ProcessorCount
    );
    private volatile bool _provedIsolated;

    /// <summary>Another program in tests, to stand for a host that refuses user namespaces.</summary>
    internal string Bubblewrap { get; init; } = $"{Isolation.Folder}/bwrap";

    /// <summary>Runs one program to its end. Leaving, by any way, leaves no process behind.</summary>
    public async Task<SandboxResult> RunAsync(
        SandboxCommand command,
        CancellationToken cancellation
    )
    {
        if (!File.Exists($"{Isolation.Folder}/{command.Program}"))
            throw new NotConfigured(
                "program_missing",
                $"{command.Program} is not installed on the server: install the Debian package {command.Package}."
            );
        var state = await CheckAsync(cancellation);
        if (!state.IsUsable)
            throw new NotConfigured("sandbox_unavailable", state.Message);
        return await RunAsync(command, state.IsIsolated, cancellation);
    }

    /// <summary>
    /// Whether programs can be run, for <c>doctor</c> and the health details: bubblewrap is tried until it has worked
    /// once, so that a mended host needs no restart.
    /// </summary>
    public async Task<SandboxState> CheckAsync(CancellationToken cancellation)
    {
        if (_provedIsolated || await IsolationWorksAsync(cancellation))
        {
            _provedIsolated = true;
            return new SandboxState(true, true, "Programs run inside bubblewrap.");
        }
        return options.AllowUnsandboxed
            ? new SandboxState(
                true,
                false,
                "Programs run WITHOUT a sandbox, since Millrace:Sandbox:AllowUnsandboxed is set and bubblewrap cannot start."
            )
            : new SandboxState(
                false,
                false,
                "bubblewrap cannot start on this host: install the Debian package bubblewrap and allow user namespaces, or accept the risk with --allow-unsandboxed-tools."
            );
    }

    public void Dispose()
    {
        _launcher.Dispose();
        _places.Dispose();
    }

    private async Task<bool> IsolationWorksAsync(CancellationToken cancellation)
    {
        if (!File.Exists(Bubblewrap))
            return false;
        try
        {
            var probe = new SandboxCommand("true", "coreutils");
            return (await RunAsync(probe, isolated: true, cancellation)).IsSuccess;
        }
        catch (Failure)
        {
            return false;
        }
    }

    private async Task<SandboxResult> RunAsync(
        SandboxCommand command,
        bool isolated,
        CancellationToken cancellation
    )
    {
        await _places.WaitAsync(cancellation);
        try
        {
            var start = isolated
                ? Isolation.Boxed(command, Bubblewrap)
                : Isolation.Unboxed(command);
            using var deadline = new CancellationTokenSource(command.TimeLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(
                deadline.Token,
                cancellation
            );
            await using var tool = new RunningTool(await _launcher.StartAsync(start), command);
            try
            {
                return await tool.CompleteAsync(either.Token);
            }
            catch (OperationCanceledException)
                when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw new TimedOut(
                    "tool_timed_out",
                    $"{command.Program} took longer than {command.TimeLimit.TotalSeconds:0.#} s on this input."
                );
            }
        }
        finally
        {
            _places.Release();
        }
    }
}
