using System.Net;
using Millrace.BlackBox.Processes;

namespace Millrace.BlackBox.Newcomer;

public sealed class SettingsTests : IDisposable
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("millrace-blackbox-")
        .FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Server:Urls", "nowhere", "Give one such as http://127.0.0.1:8080")]
    [InlineData(
        "Server:Urls",
        "https://127.0.0.1:0",
        "let a reverse proxy in front of it speak TLS"
    )]
    [InlineData("Runs:MaxModelCalls", "0", "between 1 and 100")]
    [InlineData("Runs:MaxModelCalls", "many", "Millrace:Runs")]
    [InlineData("Runs:MaxModelCall", "3", "Millrace:Runs")]
    [InlineData("Modles:Retries", "3", "Known groups: ")]
    [InlineData("Models:Providers:0:Name", "a/b", "give a short name such as openai")]
    [InlineData("Models:Default", "nobody", "nobody")]
    public async Task A_wrong_setting_stops_the_start_with_its_name_and_the_mend(
        string setting,
        string value,
        string mend
    )
    {
        var start = await ServeAsync(new() { [setting] = value });
        start.ExitCode.ShouldBe(2, start.Output + start.Errors);
        start.Errors.ShouldContain("Millrace:" + setting[..setting.IndexOf(':')]);
        start.Errors.ShouldContain(mend);
        start.Errors.ShouldNotContain("   at ", customMessage: "a stack trace helps nobody");
    }

    [Fact]
    public async Task A_bootstrap_key_that_cannot_be_one_stops_the_start_with_its_name()
    {
        var start = await ServeAsync(new() { ["MILLRACE_BOOTSTRAP_KEY"] = new string('k', 201) });
        start.ExitCode.ShouldBe(2);
        start.Errors.ShouldContain("MILLRACE_BOOTSTRAP_KEY");
    }

    [Theory]
    [InlineData("""{"Millrace":{"Runs":{"MaxModelCalls":0}}}""", "Millrace:Runs:MaxModelCalls")]
    [InlineData("""{"Millrace":{"Runs":""", "settings.json")]
    public async Task A_wrong_file_stops_the_start_with_the_place_of_the_mistake(
        string text,
        string place
    )
    {
        var start = await ServeAsync([], "--config", Write(text));
        start.ExitCode.ShouldBe(2, start.Output + start.Errors);
        start.Errors.ShouldContain(place);
        start.Errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_missing_file_stops_the_start_with_its_name()
    {
        var start = await ServeAsync([], "--config", Path.Combine(_folder, "missing.json"));
        start.ExitCode.ShouldBe(2);
        start.Errors.ShouldContain("missing.json");
    }

    [Fact]
    public async Task An_address_in_use_stops_the_start_with_the_address()
    {
        await using var server = await ServerProcess.StartAsync();
        var start = await Executable.RunAsync(
            [],
            "serve",
            "--urls",
            server.Address,
            "--data",
            _folder
        );
        start.ExitCode.ShouldBe(2, start.Output + start.Errors);
        start.Errors.ShouldContain(server.Address);
        start.Errors.ShouldContain("--urls");
        // The key that was made is shown all the same.
        start.Output.ShouldContain("API key   ");
    }

    [Fact]
    public async Task The_environment_wins_over_the_file_and_the_command_line_over_both()
    {
        var file = Write(
            """{"Millrace":{"Limits":{"Classes":{"anonymous":{"other":{"PerMinute":7}},"default":{"other":{"PerMinute":8}}}},"Server":{"Urls":"http://127.0.0.1:1"},"Data":{"Folder":"/nowhere/file"}}}"""
        );
        var settings = new Settings
        {
            ["Limits:Classes:default:other:PerMinute"] = "9",
            ["Server:Urls"] = "http://127.0.0.1:2",
            ["Data:Folder"] = "/nowhere/environment",
        };
        await using var server = await ServerProcess.StartAsync(settings, ["--config", file]);
        (await LimitAsync(server.Client, "/usage")).ShouldBe("9");
        (await LimitAsync(server.Anonymous(), "/api")).ShouldBe("7");
        server.Welcome.ShouldContain($"data      {server.Folder}");
        new Uri(server.Address).Port.ShouldBeGreaterThan(2);
    }

    private static async Task<string> LimitAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return response.Headers.GetValues("X-RateLimit-Limit").Single();
    }

    private Task<Finished> ServeAsync(Settings settings, params string[] options) =>
        Executable.RunAsync(
            settings,
            settings.Any(variable => variable.Key == "MILLRACE__Server__Urls")
                ? ["serve", "--data", _folder, .. options]
                : ["serve", "--urls", "http://127.0.0.1:0", "--data", _folder, .. options]
        );

    private string Write(string text)
    {
        var file = Path.Combine(_folder, "settings.json");
        File.WriteAllText(file, text);
        return file;
    }
}
