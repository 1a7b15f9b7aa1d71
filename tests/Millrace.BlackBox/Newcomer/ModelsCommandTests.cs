using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Newcomer;

/// <summary>A model server is found where Ollama listens; the tests stand aside where a real one does.</summary>
public sealed class ModelsCommandTests
{
    private const int OllamaPort = 11434;

    [Fact]
    public async Task Nothing_connected_lists_the_embedded_models_and_says_how_to_connect_one()
    {
        await using var server = await ServerProcess.StartAsync();
        var list = (await server.CommandAsync("models")).Good();
        list.ShouldContain("* local");
        list.ShouldContain("OPENAI_API_KEY");
    }

    [Fact]
    public async Task A_provider_key_in_the_environment_connects_its_models()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new() { ["OPENAI_API_KEY"] = "upstream-key", ["OPENAI_BASE_URL"] = upstream.BaseUrl }
        );
        server.Welcome.ShouldContain("(by openai)");
        var answer = await server.ChatAsync(new { message = "Hello" });
        ((string)answer["reply"]!).ShouldBe("Hello from the double.");
        upstream.Last.Headers["Authorization"].ShouldBe("Bearer upstream-key");
        server.Output.ShouldNotContain("upstream-key");
    }

    [Fact]
    public async Task A_found_server_is_listed_and_answers_only_when_it_was_chosen()
    {
        await using var ollama = await StartOllamaAsync();
        await using var server = await ServerProcess.StartAsync();
        server.Welcome.ShouldContain("model     local");
        var list = (await server.CommandAsync("models")).Good();
        list.ShouldContain("* local");
        list.ShouldContain("llama3.2:3b");

        (await server.CommandAsync("models", "use", "llama3.2:3b")).Good();
        await server.StopAsync();
        await server.RestartAsync();
        server.Welcome.ShouldContain("model     llama3.2:3b");
        var answer = await server.ChatAsync(new { message = "Hello" });
        ((string)answer["reply"]!).ShouldBe("Hello from the double.");

        var unknown = await server.CommandAsync("models", "use", "nobody");
        unknown.ExitCode.ShouldBe(1);
        unknown.Errors.ShouldContain("nobody");
    }

    [Fact]
    public async Task With_use_found_a_found_server_answers_at_once()
    {
        await using var ollama = await StartOllamaAsync();
        await using var server = await ServerProcess.StartAsync(options: ["--use-found"]);
        server.Welcome.ShouldContain("model     llama3.2:3b");
        var answer = await server.ChatAsync(new { message = "Hello" });
        ((string)answer["model"]!).ShouldContain("llama3.2:3b");
        ((string)answer["reply"]!).ShouldBe("Hello from the double.");
    }

    private static async Task<OllamaDouble> StartOllamaAsync()
    {
        try
        {
            return await OllamaDouble.StartAsync(OllamaPort);
        }
        catch (IOException)
        {
            Assert.Skip($"Port {OllamaPort} is taken, perhaps by a real Ollama.");
            throw;
        }
    }
}
