using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Millrace.BlackBox.Processes;

/// <summary>What a program that ended said.</summary>
public sealed record Finished(int ExitCode, string Output, string Errors)
{
    /// <summary>The output of a program that must have ended well.</summary>
    public string Good()
    {
        ExitCode.ShouldBe(0, Output + Errors);
        return Output;
    }
}

/// <summary>A process of the test's own, with all that it wrote.</summary>
public sealed class RunningProgram
{
    // Providers' keys and settings of whoever runs the tests must not reach the servers under test.
    private static readonly string[] Foreign = ["MILLRACE", "OPENAI_", "ANTHROPIC_"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _news = NewNews();

    private RunningProgram(Process process) => _process = process;

    public int Id => _process.Id;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public static RunningProgram Start(
        string file,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (
            var name in start
                .Environment.Keys.Where(name =>
                    Foreign.Any(prefix =>
                        name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                    )
                )
                .ToList()
        )
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var program = new RunningProgram(new Process { StartInfo = start });
        program._process.OutputDataReceived += (_, line) =>
            program.Note(program._output, line.Data);
        program._process.ErrorDataReceived += (_, line) => program.Note(program._errors, line.Data);
        program._process.Start();
        program._process.StandardInput.Close();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs to its end.</summary>
    public static async Task<Finished> RunAsync(
        string file,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        TimeSpan? limit = null
    )
    {
        var program = Start(file, arguments, environment);
        var code = await program.WaitForExitAsync(limit ?? TimeSpan.FromMinutes(4));
        return new Finished(code, program.Output, program.Errors);
    }

    /// <summary>Waits until something is found in the output, and gives it.</summary>
    public async Task<string> WaitForAsync(Func<string, string?> find, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        while (true)
        {
            var news = Volatile.Read(ref _news).Task;
            if (find(Output) is { } found)
                return found;
            if (_process.HasExited)
            {
                await _process.WaitForExitAsync();
                throw new InvalidOperationException(
                    $"The process ended with {_process.ExitCode} before it said what was waited for:\n{Output}{Errors}"
                );
            }
            try
            {
                await news.WaitAsync(timer.Token);
            }
            catch (OperationCanceledException late)
            {
                throw new TimeoutException(
                    $"The process did not say what was waited for:\n{Output}{Errors}",
                    late
                );
            }
        }
    }

    public Task SignalAsync(string signal) =>
        Process
            .Start("kill", ["-" + signal, Id.ToString(CultureInfo.InvariantCulture)])
            .WaitForExitAsync();

    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException late)
        {
            await KillAsync();
            throw new TimeoutException(
                $"The process did not end in {limit}:\n{Output}{Errors}",
                late
            );
        }
        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    private string Read(StringBuilder text)
    {
        lock (_lock)
            return text.ToString();
    }

    // A null line is the end of the stream, which is news too: nothing more will be said.
    private void Note(StringBuilder text, string? line)
    {
        lock (_lock)
        {
            if (line is not null)
                text.Append(line).Append('\n');
        }
        Interlocked.Exchange(ref _news, NewNews()).SetResult();
    }

    private static TaskCompletionSource NewNews() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
