using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>Times in bodies and queries of the graph's routes. (t-backend §14.1)</summary>
public sealed class GraphTimeTests
{
    [Fact]
    public async Task Times_are_read_as_ISO_8601_writes_them_and_nothing_else_is_guessed()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        foreach (
            var (text, time) in new[]
            {
                ("2024", "2024-01-01T00:00:00Z"),
                ("2024-05", "2024-05-01T00:00:00Z"),
                ("2024-05-31", "2024-05-31T00:00:00Z"),
                ("2024-05-31T12:30", "2024-05-31T12:30:00Z"),
                ("2024-05-31 12:30:10", "2024-05-31T12:30:10Z"),
                ("2024-05-31T12:30:10Z", "2024-05-31T12:30:10Z"),
                ("2024-05-31T12:30:10+02:00", "2024-05-31T10:30:10Z"),
                ("2024-05-31T12:30:10-0230", "2024-05-31T15:00:10Z"),
                ("2024-05-31T12:30:10.250Z", "2024-05-31T12:30:10.25Z"),
                ("2024-05-31T12:30:10.250000000Z", "2024-05-31T12:30:10.25Z"),
            }
        )
        {
            var written = await client.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/facts",
                $$"""{"fact":"It rains","valid_from":"{{text}}"}"""
            );
            written[0]!["valid_from"]!.ToString().ShouldBe(time, text);
            await client.ReadAsync($"/graph/{graph}/facts?at={text}");
        }
        foreach (
            var text in new[]
            {
                "20240531",
                "05/06/2024",
                "2024/05/06",
                "31 May 2024",
                "May 2024",
                "2024-5-1",
                "2024-13-01",
                "2024-02-30",
                "2024-05-31T25:00Z",
                "2024-05-31T12",
                "2024-05-31T12:30:10 UTC",
                "1717150000",
                "now",
            }
        )
        {
            var inBody = await client.RefusedAsync(
                HttpMethod.Post,
                $"/graph/{graph}/facts",
                422,
                $$"""{"fact":"It rains","valid_from":"{{text}}"}"""
            );
            var inQuery = await client.RefusedAsync(
                HttpMethod.Get,
                $"/graph/{graph}/facts?at={Uri.EscapeDataString(text)}",
                422
            );
            foreach (var refused in new[] { inBody, inQuery })
            {
                refused.ToJsonString().ShouldContain("datetime_parsing", customMessage: text);
                refused.ToJsonString().ShouldContain("2024-05-31T12:00:00Z", customMessage: text);
            }
        }
    }

    [Fact]
    public async Task A_chat_names_twenty_graphs_at_most()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        string Body(int count) =>
            $$"""{"message":"Hello","graph_ids":[{{string.Join(',', Enumerable.Repeat($"\"{graph}\"", count))}}]}""";

        await client.SendAsync(HttpMethod.Post, "/chat", Body(20));
        var refused = await client.RefusedAsync(HttpMethod.Post, "/chat", 422, Body(21));

        refused.ToJsonString().ShouldContain("too_long");
    }
}
