using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Millrace.Bench.Measuring;

/// <summary>A server in a process of its own, on a free port of the loopback interface.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private Child(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Resident memory in MB (10^6 bytes).</summary>
    public double ResidentMb => MegabytesOf("VmRSS");

    /// <summary>Of it what only this process holds: without the pages of the files that its programs lie in.</summary>
    public double OwnMb => MegabytesOf("RssAnon") + MegabytesOf("RssShmem");

    /// <summary>Starts one of this program's own servers.</summary>
    public static Task<Child> OwnAsync(string role, params (string, string)[] environment) =>
        StartAsync(
            url => new ProcessStartInfo(Environment.ProcessPath!)
            {
                ArgumentList = { "role", role, url },
            },
            "/health",
            environment
        );

    /// <summary>Starts a server and waits until <paramref name="health"/> answers 200.</summary>
    public static async Task<Child> StartAsync(
        Func<string, ProcessStartInfo> command,
        string health,
        params (string Name, string Value)[] environment
    )
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var start = command(url);
        // Own servers end when this pipe does, however this process ends.
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var child = new Child(process, url);
        try
        {
            await child.HealthyAsync(health);
            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private double MegabytesOf(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status")
            .First(line => line.StartsWith($"{field}:", StringComparison.Ordinal));
        var kilobytes = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1];
        return double.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    private async Task HealthyAsync(string health)
    {
        // A client of its own: nothing of one start warms the next.
        using var client = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync($"{Url}{health}");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            if (_process.HasExited)
                throw new InvalidOperationException(
                    $"{_process.StartInfo.FileName} ended with {_process.ExitCode} before it answered."
                );
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new InvalidOperationException($"{Url}{health} does not answer.");
            await Task.Delay(5);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
