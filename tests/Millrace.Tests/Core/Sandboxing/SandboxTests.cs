using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Millrace.Core.Failures;
using Millrace.Core.Sandboxing;

namespace Millrace.Tests.Core.Sandboxing;

public sealed class SandboxTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly Sandbox _sandbox = new(new SandboxOptions(), TimeProvider.System);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task The_host_can_isolate()
    {
        var state = await _sandbox.CheckAsync(Cancel);
        state.IsUsable.ShouldBeTrue();
        state.IsIsolated.ShouldBeTrue(state.Message);
    }

    [Fact]
    public async Task Input_goes_in_and_output_comes_out_whole()
    {
        var input = new byte[3_000_000];
        new Random(1).NextBytes(input);
        var result = await _sandbox.RunAsync(
            new SandboxCommand("cat", "coreutils") { Input = input },
            Cancel
        );
        result.ExitCode.ShouldBe(0);
        result.Output.Span.SequenceEqual(input).ShouldBeTrue();
    }

    [Fact]
    public async Task A_program_that_ignores_its_input_is_no_failure()
    {
        var result = await _sandbox.RunAsync(
            new SandboxCommand("true", "coreutils") { Input = new byte[5_000_000] },
            Cancel
        );
        result.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task No_network_is_reachable_not_even_loopback()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        // bash's own /dev/tcp; the same line works outside the box.
        var result = await BashAsync($"exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached");
        Text(result).ShouldNotContain("reached");
        result.ExitCode.ShouldNotBe(0);
        listener.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task No_file_of_the_host_is_visible()
    {
        var data = Directory.CreateTempSubdirectory();
        var secret = Path.Combine(data.FullName, "secret");
        await File.WriteAllTextAsync(secret, "s3cret", Cancel);
        var result = await BashAsync(
            $"cat {secret} /etc/passwd /etc/shadow /proc/1/environ; ls / /etc; echo end"
        );
        var seen = Text(result).Split('\n');
        seen.ShouldNotContain("s3cret");
        seen.ShouldNotContain(line => line.StartsWith("root:"));
        seen.ShouldNotContain("passwd");
        seen.ShouldNotContain("home");
        seen.ShouldContain("end");
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task Nothing_can_be_written_but_the_own_temporary_folder()
    {
        var result = await BashAsync(
            "for f in /usr/x /x /dev/x /dev/shm/x /usr/local/x /tmp/x; do echo 1 > $f && echo wrote $f; done"
        );
        Text(result).Trim().ShouldBe("wrote /tmp/x");
        File.Exists("/tmp/x").ShouldBeFalse();
    }

    [Fact]
    public async Task The_servers_environment_is_not_handed_on()
    {
        Environment.SetEnvironmentVariable("MILLRACE_TEST_SECRET", "s3cret");
        Text(await BashAsync("export")).ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task The_time_limit_ends_the_whole_group()
    {
        var mark = $"{Random.Shared.Next(100_000, 999_999)}";
        var failure = await Should.ThrowAsync<TimedOut>(
            _sandbox.RunAsync(
                Bash($"sleep 3{mark} & sleep 3{mark} & wait") with
                {
                    TimeLimit = TimeSpan.FromMilliseconds(300),
                },
                Cancel
            )
        );
        failure.Code.ShouldBe("tool_timed_out");
        SpinWait.SpinUntil(() => !Running($"sleep\u00003{mark}"), 2000).ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_run_ends_as_cancelled()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(
            _sandbox.RunAsync(Bash("sleep 60"), cancellation.Token)
        );
    }

    [Fact]
    public async Task The_memory_limit_holds()
    {
        var result = await _sandbox.RunAsync(
            Bash("head -c 300000000 /dev/zero | tail -c 300000000 | wc -c") with
            {
                MemoryBytes = 100_000_000,
            },
            Cancel
        );
        Text(result).ShouldNotContain("300000000");
        result.Errors.ShouldContain("memory exhausted");
    }

    [Fact]
    public async Task The_process_limit_holds()
    {
        var result = await _sandbox.RunAsync(
            new SandboxCommand("sh", "dash")
            {
                Arguments = ["-c", "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1 & done; wait"],
                Processes = 4,
            },
            Cancel
        );
        result.Errors.ShouldContain("fork");
    }

    [Fact]
    public async Task The_output_limit_holds()
    {
        var endless = new SandboxCommand("yes", "coreutils") { OutputBytes = 1_000_000 };
        var failure = await Should.ThrowAsync<TooLarge>(_sandbox.RunAsync(endless, Cancel));
        failure.Code.ShouldBe("tool_output_too_large");
    }

    [Fact]
    public async Task Endless_errors_are_cut()
    {
        var result = await BashAsync("yes | head -c 10000000 >&2");
        result.ExitCode.ShouldBe(0);
        result.Errors.Length.ShouldBe(8 * 1024);
    }

    [Fact]
    public async Task A_missing_program_names_its_package()
    {
        var failure = await Should.ThrowAsync<NotConfigured>(
            _sandbox.RunAsync(new SandboxCommand("no-such-tool", "tool-package"), Cancel)
        );
        failure.Code.ShouldBe("program_missing");
        failure.Message.ShouldContain("tool-package");
    }

    [Theory]
    [InlineData("/usr/bin/false")]
    [InlineData("/usr/bin/no-bubblewrap")]
    public async Task A_host_that_cannot_isolate_runs_nothing(string bubblewrap)
    {
        using var sandbox = new Sandbox(new SandboxOptions(), TimeProvider.System)
        {
            Bubblewrap = bubblewrap,
        };
        var failure = await Should.ThrowAsync<NotConfigured>(
            sandbox.RunAsync(Bash("echo hi"), Cancel)
        );
        failure.Code.ShouldBe("sandbox_unavailable");
        failure.Message.ShouldContain("--allow-unsandboxed-tools");
    }

    [Fact]
    public async Task An_operator_can_accept_such_a_host_and_the_limits_hold()
    {
        var options = new SandboxOptions { AllowUnsandboxed = true };
        using var sandbox = new Sandbox(options, TimeProvider.System)
        {
            Bubblewrap = "/usr/bin/false",
        };
        (await sandbox.CheckAsync(Cancel)).IsIsolated.ShouldBeFalse();
        Text(await sandbox.RunAsync(Bash("echo hi"), Cancel)).ShouldBe("hi\n");
        await Should.ThrowAsync<TimedOut>(
            sandbox.RunAsync(
                Bash("sleep 60 & wait") with
                {
                    TimeLimit = TimeSpan.FromMilliseconds(200),
                },
                Cancel
            )
        );
    }

    [Fact]
    public async Task No_more_run_at_once_than_there_are_places()
    {
        using var narrow = new Sandbox(new SandboxOptions { Parallel = 1 }, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => narrow.RunAsync(Bash("sleep 0.1"), Cancel))
        );
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.3));
    }

    private Task<SandboxResult> BashAsync(string script) => _sandbox.RunAsync(Bash(script), Cancel);

    private static SandboxCommand Bash(string script) =>
        new("bash", "bash") { Arguments = ["-c", script] };

    private static string Text(SandboxResult result) => Encoding.UTF8.GetString(result.Output.Span);

    private static bool Running(string commandLine) =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => Path.Combine(folder, "cmdline"))
            .Any(file =>
            {
                try
                {
                    return File.ReadAllText(file).Contains(commandLine);
                }
                catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            });
}
