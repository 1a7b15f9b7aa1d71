using Millrace.Core.Settings;
using Millrace.Models.Discovery;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Models.Discovery;

public sealed class LoopbackProbeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_of_both_kinds_are_found_with_their_models()
    {
        await using var ollama = await OllamaDouble.StartAsync();
        await using var vllm = await OpenAiDouble.StartAsync();
        var probe = new LoopbackProbe(
            [
                new LoopbackServer("ollama", ollama.Port, "/api/tags"),
                new LoopbackServer("vllm", vllm.Port, "/v1/models"),
            ],
            ownPorts: []
        )
        {
            Limit = TimeSpan.FromMinutes(1),
        };

        var found = await probe.FindAsync(Token);

        found.ShouldBe([
            new FoundModel("llama3.2:3b", "ollama", ollama.BaseUrl),
            new FoundModel("nomic-embed-text:latest", "ollama", ollama.BaseUrl),
            new FoundModel("double-large", "vllm", vllm.BaseUrl),
            new FoundModel("double-small", "vllm", vllm.BaseUrl),
        ]);
        ollama.Last.Headers["x-millrace-hop"].ShouldBe("1");
    }

    [Theory]
    [InlineData("llama3.2:3b", false)]
    [InlineData("nomic-embed-text:latest", true)]
    [InlineData("bge-m3", true)]
    [InlineData("all-MiniLM:l6-v2", true)]
    public void A_model_that_only_makes_vectors_is_known_by_its_name(string name, bool embeds) =>
        new FoundModel(name, "ollama", "").IsEmbedder.ShouldBe(embeds);

    [Fact]
    public async Task Own_ports_are_not_asked()
    {
        await using var self = await OpenAiDouble.StartAsync();
        var server = new LoopbackServer("vllm", self.Port, "/v1/models");

        (await new LoopbackProbe([server], [self.Port]).FindAsync(Token)).ShouldBeEmpty();
        self.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Servers_that_are_absent_silent_or_speak_otherwise_are_passed_over()
    {
        await using var silent = await OpenAiDouble.StartAsync();
        silent.Always = Behaviour.Hangs;
        await using var other = await OpenAiDouble.StartAsync();
        other.Always = new Behaviour { RawBody = "<html>" };
        var absent = await OpenAiDouble.StartAsync();
        await absent.DisposeAsync();
        var servers = new[] { silent, other, absent }.Select(server => new LoopbackServer(
            "x",
            server.Port,
            "/v1/models"
        ));

        (await new LoopbackProbe([.. servers], []).FindAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public void A_choice_is_kept_and_the_latest_comes_first()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var first = new FoundModel("a", "ollama", "http://127.0.0.1:11434/v1");
            var second = new FoundModel("b", "vllm", "http://127.0.0.1:8000/v1");
            var chosen = new ChosenModels(folder.FullName);
            chosen.Read().ShouldBeEmpty();

            chosen.Use(first);
            chosen.Use(second);

            new ChosenModels(folder.FullName).Read().ShouldBe([second, first]);
            File.WriteAllText(Path.Combine(folder.FullName, "models.json"), "{");
            Should.Throw<SettingsException>(() => chosen.Read());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
