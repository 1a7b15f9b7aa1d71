using System.Diagnostics;
using System.Text;
using Millrace.Core.Failures;

namespace Millrace.Core.Sandboxing;

/// <summary>One started program: fed, read within its limit, and surely ended.</summary>
internal sealed class RunningTool(Process process, SandboxCommand command) : IAsyncDisposable
{
    private const int ErrorBytes = 8 * 1024;

    public async Task<SandboxResult> CompleteAsync(CancellationToken cancellation)
    {
        var feeding = FeedAsync(cancellation);
        var errors = ReadErrorsAsync(cancellation);
        var output = await ReadOutputAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        await feeding;
        return new SandboxResult(process.ExitCode, output, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // In the box the first process takes all others with it; outside it the tree is walked.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
        // Streams that were taken out are not the process's to close; left alone they would wait for a collection.
        process.StandardOutput.Dispose();
        process.StandardError.Dispose();
        process.Dispose();
    }

    private async Task FeedAsync(CancellationToken cancellation)
    {
        try
        {
            await using var input = process.StandardInput.BaseStream;
            await input.WriteAsync(command.Input, cancellation);
        }
        catch (Exception exception)
            when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The program needs no more of its input, or is about to be ended.
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadOutputAsync(CancellationToken cancellation)
    {
        var output = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (
            await process.StandardOutput.BaseStream.ReadAsync(buffer, cancellation)
                is > 0
                    and var count
        )
        {
            if (output.Length + count > command.OutputBytes)
                throw new TooLarge(
                    "tool_output_too_large",
                    $"{command.Program} gave more than {command.OutputBytes} bytes for this input."
                );
            output.Write(buffer, 0, count);
        }
        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    private async Task<string> ReadErrorsAsync(CancellationToken cancellation)
    {
        var kept = new MemoryStream();
        var buffer = new byte[4 * 1024];
        try
        {
            while (
                await process.StandardError.BaseStream.ReadAsync(buffer, cancellation)
                    is > 0
                        and var count
            )
                kept.Write(buffer, 0, Math.Min(count, ErrorBytes - (int)kept.Length));
        }
        catch (Exception exception)
            when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The program was ended; what it said till then is enough.
        }
        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
