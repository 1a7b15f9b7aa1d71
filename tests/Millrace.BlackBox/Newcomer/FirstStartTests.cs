using System.Net;
using Millrace.BlackBox.Processes;

namespace Millrace.BlackBox.Newcomer;

public sealed class FirstStartTests
{
    [Fact]
    public async Task The_first_start_prints_address_docs_model_and_a_key_that_opens_it()
    {
        await using var server = await ServerProcess.StartAsync();
        server.Welcome.ShouldContain($"docs      {server.Address}/docs");
        server.Welcome.ShouldContain("model     local (embedded; no language model is connected");
        server.Key.ShouldNotBeEmpty();
        (await server.Client.GetAsync("/usage")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Anonymous().GetAsync("/usage")).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task The_first_two_questions_are_answered_as_the_readme_shows()
    {
        await using var server = await ServerProcess.StartAsync();
        var first = await server.ChatAsync(
            new
            {
                message = "My name is Ada and I work on engines. What is 17*23?",
                session_id = "s1",
            }
        );
        ((string)first["reply"]!).ShouldContain("391");
        var second = await server.ChatAsync(
            new { message = "What is my name, and what do I work on?", session_id = "s1" }
        );
        var reply = (string)second["reply"]!;
        reply.ShouldContain("Ada");
        reply.ShouldContain("engines");
    }

    [Fact]
    public async Task A_second_start_makes_no_key_and_remembers_the_session()
    {
        await using var server = await ServerProcess.StartAsync();
        await server.ChatAsync(
            new { message = "My name is Ada and I work on engines.", session_id = "s1" }
        );
        (await server.StopAsync()).ShouldBe(0);
        await server.RestartAsync();
        server.Welcome.ShouldNotContain("API key");
        var answer = await server.ChatAsync(
            new { message = "What is my name, and what do I work on?", session_id = "s1" }
        );
        ((string)answer["reply"]!).ShouldContain("Ada");
        ((string)answer["reply"]!).ShouldContain("engines");
    }

    [Fact]
    public async Task The_bootstrap_key_is_the_first_key()
    {
        const string Chosen = "0123456789abcdef0123456789abcdef";
        await using var server = await ServerProcess.StartAsync(
            new() { ["MILLRACE_BOOTSTRAP_KEY"] = Chosen }
        );
        server.Output.ShouldNotContain(Chosen);
        using var client = server.WithKey(Chosen);
        (await client.GetAsync("/usage")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused()
    {
        await using var server = await ServerProcess.StartAsync();
        var second = await server.CommandAsync("serve", "--urls", "http://127.0.0.1:0");
        second.ExitCode.ShouldBe(2);
        second.Errors.ShouldContain(server.Folder);
        second.Errors.ShouldContain("--data");
        (await server.Anonymous().GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
