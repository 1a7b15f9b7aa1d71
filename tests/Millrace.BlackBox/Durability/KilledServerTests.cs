using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Durability;

/// <summary>
/// A server that is killed at random moments under load. <c>MILLRACE_TEST_KILLS</c> says how often; each kill starts
/// where the last one ended, on the same data.
/// </summary>
public sealed class KilledServerTests : IDisposable
{
    private const int Sessions = 8;

    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("MILLRACE_TEST_KILLS") ?? "5",
        CultureInfo.InvariantCulture
    );

    private readonly ConcurrentQueue<Turn> _acknowledged = new();
    private readonly SemaphoreSlim _news = new(0);

    public void Dispose() => _news.Dispose();

    [Fact]
    public async Task Every_acknowledged_turn_is_there_once_and_answered_from_memory()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new Settings
            {
                ["Sessions:VerbatimTurns"] = "10000",
                ["Sessions:VerbatimTokens"] = "10000000",
                ["Models:Served:0:ContextWindow"] = "100000000",
            }
                .Unlimited()
                .Serve("large", upstream)
        );
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = _acknowledged.Count;
            var load = Enumerable
                .Range(0, Sessions)
                .Select(session => TalkAsync(server.Client, session))
                .ToArray();
            // At a random moment, but never before there is something to lose.
            await UntilAcknowledgedAsync(before + 20 + Random.Shared.Next(200));
            await server.KillAsync();
            await Task.WhenAll(load);
            await server.RestartAsync();
        }
        for (var session = 0; session < Sessions; session++)
            await ShouldRememberAsync(server, upstream, session);
        await ShouldHaveCountedAsync(server);
    }

    [Fact]
    public async Task A_repeat_after_a_crash_records_nothing_twice()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new Settings().Unlimited().Serve("large", upstream)
        );
        var turn = new
        {
            message = "word-for-the-first-time",
            session_id = "s1",
            request_id = Guid.NewGuid().ToString(),
        };
        var never = new TaskCompletionSource();
        upstream.Next(Behaviour.Slow(never.Task));
        var lost = server.Client.PostAsJsonAsync("/chat", turn);
        await upstream.ArrivalAsync();
        await server.KillAsync();
        await Should.ThrowAsync<HttpRequestException>(lost);

        await server.RestartAsync();
        var first = await server.ChatAsync(turn);
        await server.KillAsync();
        await server.RestartAsync();
        var again = await server.ChatAsync(turn);
        again.ToJsonString().ShouldBe(first.ToJsonString());

        await server.ChatAsync(new { message = "What did I say?", session_id = "s1" });
        Occurrences(upstream.Last, turn.message).ShouldBe(1);
    }

    /// <summary>Says one new word after another until the server is gone.</summary>
    private async Task TalkAsync(HttpClient client, int session)
    {
        while (true)
        {
            var word = $"word-{Guid.NewGuid():N}";
            try
            {
                using var response = await client.PostAsJsonAsync(
                    "/chat",
                    new { message = word, session_id = Session(session) }
                );
                ((int)response.StatusCode).ShouldBe(200);
                await response.Content.ReadAsStringAsync();
            }
            catch (Exception gone)
                when (gone is HttpRequestException or OperationCanceledException or IOException)
            {
                return;
            }
            _acknowledged.Enqueue(new Turn(session, word));
            _news.Release();
        }
    }

    private async Task UntilAcknowledgedAsync(int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (_acknowledged.Count < count)
            await _news.WaitAsync(limit.Token);
    }

    private async Task ShouldRememberAsync(ServerProcess server, OpenAiDouble upstream, int session)
    {
        var answer = await server.ChatAsync(
            new { message = "What did I say?", session_id = Session(session) }
        );
        ((string)answer["reply"]!).ShouldNotBeEmpty();
        var said = upstream.Last.Body["messages"]!
            .AsArray()
            .Where(message => (string)message!["role"]! == "user")
            .Select(message => message!["content"]!.ToString())
            .ToList();
        var words = _acknowledged.Where(turn => turn.Session == session).Select(turn => turn.Word);
        foreach (var word in words)
            said.Count(text => text.Contains(word, StringComparison.Ordinal)).ShouldBe(1, word);
        var all = said.Where(text => text.StartsWith("word-", StringComparison.Ordinal)).ToList();
        all.Distinct().Count().ShouldBe(all.Count, "a turn is there twice");
    }

    /// <summary>Every acknowledged call is counted; those whose answers were lost may be too.</summary>
    private async Task ShouldHaveCountedAsync(ServerProcess server)
    {
        var acknowledged = _acknowledged.Count + Sessions;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        long counted;
        do
        {
            var usage = await server.Client.GetFromJsonAsync<JsonObject>("/usage", limit.Token);
            counted = (long)usage!["usage"]!["by_endpoint"]!["/chat"]!["calls"]!;
        } while (counted < acknowledged);
        counted.ShouldBeLessThanOrEqualTo(acknowledged + Kills * Sessions);
    }

    private static int Occurrences(ReceivedRequest request, string word) =>
        request.Text.Split(word).Length - 1;

    private static string Session(int number) => $"session-{number}";

    private sealed record Turn(int Session, string Word);
}
