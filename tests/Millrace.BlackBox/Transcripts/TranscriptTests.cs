using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Transcripts;

/// <summary>The contract's transcripts and snippets, by Python's <c>requests</c>. (t-backend §§3–6, 8, 9, 12, A.1, A.2, A.6)</summary>
public sealed class TranscriptTests
{
    private const string Hello = "Hello world, and all who sail in her.";

    [Theory]
    [InlineData("plain_chat")]
    [InlineData("stream")]
    [InlineData("text_dialect")]
    [InlineData("ndjson")]
    [InlineData("current_generation")]
    [InlineData("refusals")]
    public Task Transcript_holds_with_a_connected_model(string scenario) =>
        PlayAsync(
            scenario,
            Hello,
            Behaviour.Says(Hello) with
            {
                Reasoning = scenario == "stream" ? "The user wants" : null,
            }
        );

    [Fact]
    public Task Structured_output_is_an_object() =>
        PlayAsync(
            "third_generation",
            """{"city":"Zagreb","river":"Sava"}""",
            Behaviour.Says("""{"city":"Zagreb","river":"Sava"}""")
        );

    [Theory]
    [InlineData("second_generation", "")]
    [InlineData("stream_with_tool", "391")]
    public async Task Transcript_holds_with_the_embedded_model(string scenario, string expected)
    {
        await using var server = await ServerProcess.StartAsync();
        await PlayAsync(server, scenario, expected);
    }

    [Fact]
    public async Task A_document_that_is_fetched_is_answered_from()
    {
        await using var server = await ServerProcess.StartAsync(
            new Settings { ["Outbound:Allow:0"] = "127.0.0.1" }
        );
        await PlayAsync(server, "documents", "one million tokens");
    }

    private static async Task PlayAsync(string scenario, string expected, Behaviour behaviour)
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        upstream.Always = behaviour;
        await using var server = await ServerProcess.StartAsync(
            new Settings().Serve("large", upstream)
        );
        await PlayAsync(server, scenario, expected);
    }

    private static Task<string> PlayAsync(ServerProcess server, string scenario, string expected) =>
        Scripts.PythonAsync(
            "transcripts.py",
            scenario,
            new Dictionary<string, string>
            {
                ["BASE_URL"] = server.Address,
                ["API_KEY"] = server.Key,
                ["EXPECTED"] = expected,
            }
        );
}
