using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Newcomer;

public sealed class DoctorTests : IDisposable
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("millrace-blackbox-")
        .FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_is_well_with_a_model_connected()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        var findings = await DoctorAsync(
            new Settings { ["Server:Urls"] = "http://127.0.0.1:0" }.Serve("large", upstream)
        );
        findings.ExitCode.ShouldBe(0, findings.Output + findings.Errors);
        findings.Output.ShouldContain("large by large-provider answers");
        findings.Output.ShouldContain("large-provider lists its models");
        findings.Output.ShouldContain($"{_folder} can be written");
        findings.Output.ShouldNotContain("BAD");
    }

    [Fact]
    public async Task A_provider_that_does_not_take_its_key_is_noted()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        upstream.Always = Behaviour.Fails(401);
        var findings = await DoctorAsync(new Settings().Serve("large", upstream));
        findings.Output.ShouldMatch("note +provider +large-provider answers 401.*ApiKey");
    }

    [Fact]
    public async Task A_port_in_use_is_noted_with_the_mend()
    {
        await using var server = await ServerProcess.StartAsync();
        var port = new Uri(server.Address).Port.ToString(CultureInfo.InvariantCulture);
        var findings = await DoctorAsync(new() { ["Server:Urls"] = server.Address });
        findings.ExitCode.ShouldBe(0);
        findings.Output.ShouldMatch($"note +port +{port} is in use.*--urls");
    }

    [Fact]
    public async Task An_unreachable_database_is_bad_and_named()
    {
        var findings = await DoctorAsync(
            new() { ["Storage:Postgres"] = "Host=127.0.0.1;Port=1;Username=nobody;Password=hidden" }
        );
        findings.ExitCode.ShouldBe(1, findings.Output + findings.Errors);
        findings.Output.ShouldMatch("BAD +database .*Millrace:Storage:Postgres");
        (findings.Output + findings.Errors).ShouldNotContain("hidden");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_is_named()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        var findings = await Executable.RunAsync([], "doctor", "--data", file);
        findings.ExitCode.ShouldBeOneOf(1, 2);
        (findings.Output + findings.Errors).ShouldContain(file);
        (findings.Output + findings.Errors).ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Without_the_files_of_npm_the_server_works_and_doctor_says_how_to_get_them()
    {
        var bare = Executable.CopyWithoutAssets(_folder);
        var findings = await RunningProgram.RunAsync(bare, ["doctor", "--data", _folder], []);
        findings.ExitCode.ShouldBe(0, findings.Output + findings.Errors);
        findings.Output.ShouldMatch("note +embedder .*npm ci");
        findings.Output.ShouldMatch("note +docs pages .*npm ci");

        await using var server = await ServerProcess.StartAsync(executable: bare);
        var answer = await server.ChatAsync(new { message = "What is 17*23?" });
        ((string)answer["reply"]!).ShouldContain("391");
        using var docs = await server.Anonymous().GetAsync("/docs");
        ((int)docs.StatusCode).ShouldBeLessThan(500);
        using var document = await server.Anonymous().GetAsync("/openapi.json");
        document.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private Task<Finished> DoctorAsync(Settings settings) =>
        Executable.RunAsync(settings, "doctor", "--data", _folder);
}
