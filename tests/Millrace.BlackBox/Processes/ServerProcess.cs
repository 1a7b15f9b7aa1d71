using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Millrace.BlackBox.Processes;

/// <summary>
/// The built server as an operator runs it: <c>millrace serve</c> in a process of its own, on a free port, with a data
/// folder of its own that outlives restarts.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Settings _settings;
    private readonly string[] _options;
    private RunningProgram _program;

    private readonly string _executable;

    private ServerProcess(Settings settings, string[] options, string executable)
    {
        (_settings, _options, _executable) = (settings, options, executable);
        Folder = Directory.CreateTempSubdirectory("millrace-blackbox-").FullName;
        _program = Launch();
    }

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    /// <summary>Root of the server, without a slash at its end; another one after a restart.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The first key, as the first start printed it.</summary>
    public string Key { get; private set; } = "";

    /// <summary>What this start printed about itself.</summary>
    public string Welcome { get; private set; } = "";

    /// <summary>All that the process wrote since its last start, logs included.</summary>
    public string Output => _program.Output + _program.Errors;

    /// <summary>Sends the first key with every request.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>The process's memory that is in RAM, in bytes.</summary>
    public long Resident => long.Parse(Status()["VmRSS"].Split(' ')[0], Culture) * 1024;

    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    /// <summary>The first line on standard output that holds this text, once it is there.</summary>
    public Task<string> LineAsync(string text) =>
        _program.WaitForAsync(
            output =>
                Array.Find(
                    output[..(output.LastIndexOf('\n') + 1)].Split('\n'),
                    line => line.Contains(text, StringComparison.Ordinal)
                ),
            TimeSpan.FromSeconds(90)
        );

    /// <summary>Starts a server in a fresh folder and waits until it answers.</summary>
    /// <param name="executable">Another one than the built one.</param>
    public static async Task<ServerProcess> StartAsync(
        Settings? settings = null,
        string[]? options = null,
        string? executable = null
    )
    {
        var server = new ServerProcess(
            settings ?? [],
            options ?? [],
            executable ?? Executable.Built
        );
        try
        {
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again on the same data.</summary>
    public async Task RestartAsync()
    {
        _program = Launch();
        await WaitAsync();
    }

    /// <summary>Ends the process as a power cut does: nothing of its own runs any more.</summary>
    public Task KillAsync() => _program.KillAsync();

    /// <summary>Asks the process to stop, as a service manager does, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _program.SignalAsync("TERM");
        return await _program.WaitForExitAsync(TimeSpan.FromSeconds(90));
    }

    /// <summary>Asks the process to stop and does not wait for it.</summary>
    public Task AskToStopAsync() => _program.SignalAsync("TERM");

    public Task<int> WaitForExitAsync() => _program.WaitForExitAsync(TimeSpan.FromSeconds(90));

    /// <summary>Runs another command of the executable on the same data, with the same settings.</summary>
    public Task<Finished> CommandAsync(params string[] arguments) =>
        Executable.RunAsync(_settings, [.. arguments, "--data", Folder]);

    /// <summary>A client of the server without a key.</summary>
    public HttpClient Anonymous() => new() { BaseAddress = new Uri(Address) };

    /// <summary>A client that sends another key.</summary>
    public HttpClient WithKey(string key)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Add("api-key", key);
        return client;
    }

    public async Task<JsonObject> ChatAsync(object body)
    {
        using var response = await Client.PostAsJsonAsync("/chat", body);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await _program.KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private RunningProgram Launch() =>
        RunningProgram.Start(
            _executable,
            ["serve", "--urls", "http://127.0.0.1:0", "--data", Folder, .. _options],
            _settings
        );

    private async Task WaitAsync()
    {
        Welcome = await _program.WaitForAsync(WelcomeIn, TimeSpan.FromSeconds(120));
        Address = Told("address")!;
        Key = Told("API key") ?? Key;
        Client?.Dispose();
        Client = WithKey(Key);
    }

    private Dictionary<string, string> Status() =>
        File.ReadLines($"/proc/{_program.Id}/status")
            .Select(line => line.Split(':', 2))
            .ToDictionary(field => field[0], field => field[1].Trim());

    /// <summary>The whole of what a start prints about itself, once it is there.</summary>
    private static string? WelcomeIn(string output)
    {
        var start = output.IndexOf("is ready.", StringComparison.Ordinal);
        var end = start < 0 ? -1 : output.IndexOf("\n\n", start, StringComparison.Ordinal);
        return end < 0 ? null : output[start..end];
    }

    /// <summary>The first word behind a name in the welcome.</summary>
    private string? Told(string name) =>
        Welcome
            .Split('\n')
            .Where(line => line.StartsWith($"  {name} ", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 2)..].Trim().Split(' ')[0])
            .FirstOrDefault();
}
