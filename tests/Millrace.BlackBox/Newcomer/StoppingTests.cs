using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Newcomer;

public sealed class StoppingTests
{
    [Fact]
    public async Task An_answer_under_way_is_finished_and_kept_before_the_server_ends()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new Settings().Serve("large", upstream)
        );
        var gate = new TaskCompletionSource();
        upstream.Next(Behaviour.Says("The code word is heron.") with { Gate = gate.Task });
        var answer = server.Client.PostAsJsonAsync(
            "/chat",
            new { message = "Tell me a code word.", session_id = "s1" }
        );
        await upstream.ArrivalAsync();
        await server.AskToStopAsync();
        await RefusedAsync(server);
        gate.SetResult();

        using var response = await answer;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldContain("heron");
        (await server.WaitForExitAsync()).ShouldBe(0);

        await server.RestartAsync();
        await server.ChatAsync(new { message = "Which one?", session_id = "s1" });
        upstream.Last.Text.ShouldContain("The code word is heron.");
    }

    [Fact]
    public async Task A_stream_under_way_is_sent_to_its_end_before_the_server_ends()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new Settings().Serve("large", upstream)
        );
        var gate = new TaskCompletionSource();
        upstream.Next(
            Behaviour.Says("one two three four") with
            {
                BeforePiece = number => number < 3 ? Task.CompletedTask : gate.Task,
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = JsonContent.Create(new { message = "Count.", stream = true }),
        };
        using var response = await server.Client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead
        );
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await FirstContentAsync(reader);
        await server.AskToStopAsync();
        await RefusedAsync(server);
        gate.SetResult();
        var rest = await reader.ReadToEndAsync();
        first.ShouldContain("one");
        rest.ShouldContain("four");
        rest.TrimEnd().ShouldEndWith("data: [DONE]");
        (await server.WaitForExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_that_does_not_end_is_cut_and_kept_as_far_as_it_came()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new Settings().Serve("large", upstream)
        );
        var forever = new TaskCompletionSource();
        upstream.Next(
            Behaviour.Says("one two three four") with
            {
                BeforePiece = number => number < 3 ? Task.CompletedTask : forever.Task,
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = JsonContent.Create(
                new
                {
                    message = "Count.",
                    session_id = "s1",
                    stream = true,
                }
            ),
        };
        using var response = await server.Client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead
        );
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await FirstContentAsync(reader)).ShouldContain("one");

        var clock = Stopwatch.StartNew();
        (await server.StopAsync()).ShouldBe(0);

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        await Should.ThrowAsync<IOException>(reader.ReadToEndAsync());
        await upstream.Last.Abandoned.WaitAsync(TimeSpan.FromSeconds(15));
        await server.RestartAsync();
        await server.ChatAsync(new { message = "Go on.", session_id = "s1" });
        upstream.Last.Text.ShouldContain("one two");
    }

    [Fact]
    public async Task A_model_that_never_answers_holds_the_end_up_for_twenty_seconds_at_most()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new Settings().Serve("large", upstream)
        );
        upstream.Always = Behaviour.Hangs;
        var answer = server.Client.PostAsJsonAsync("/chat", new { message = "Hello?" });
        await upstream.ArrivalAsync();
        var clock = Stopwatch.StartNew();
        (await server.StopAsync()).ShouldBe(0);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        try
        {
            using var response = await answer;
            response.StatusCode.ShouldNotBe(HttpStatusCode.InternalServerError);
        }
        catch (HttpRequestException)
        {
            // A closed connection says the same: ask again.
        }
    }

    /// <summary>Waits until the server takes no new connection.</summary>
    private static async Task RefusedAsync(ServerProcess server)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!limit.IsCancellationRequested)
        {
            try
            {
                using var client = server.Anonymous();
                using var response = await client.GetAsync("/health", limit.Token);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
        throw new TimeoutException("The server still takes new connections.");
    }

    private static async Task<string> FirstContentAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Contains("\"content\"", StringComparison.Ordinal))
                return line;
        }
        throw new EndOfStreamException("The stream ended before any content.");
    }
}
