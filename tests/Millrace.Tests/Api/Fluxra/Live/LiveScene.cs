using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>An event of a stream, as it is sent.</summary>
internal sealed record SentEvent(string Id, string Name, string Data);

/// <summary>A server with three agents.</summary>
internal sealed class LiveScene : IAsyncDisposable
{
    private LiveScene(TestServer server) => Server = server;

    public TestServer Server { get; }

    public AgentClient Ada { get; private set; } = null!;

    public AgentClient Bob { get; private set; } = null!;

    public AgentClient Cy { get; private set; } = null!;

    public static async Task<LiveScene> StartAsync(
        Dialect dialect,
        params (string Name, string Value)[] settings
    )
    {
        var scene = new LiveScene(await TestServer.StartAsync(dialect, settings: settings));
        scene.Ada = await AgentClient.LogInAsync(scene.Server);
        scene.Bob = await AgentClient.LogInAsync(scene.Server);
        scene.Cy = await AgentClient.LogInAsync(scene.Server);
        return scene;
    }

    /// <summary>A group of Ada and Bob.</summary>
    public async Task<string> GroupAsync()
    {
        var made = await Ada.CallAsync(
            "POST",
            "/api/conversations",
            $$"""{"name":"quay","member_ids":["{{Bob.Id}}"]}"""
        );
        made.Status.ShouldBe(201, made.Text);
        return made["conversation_id"];
    }

    /// <summary>An agent as it goes on after the server was started again.</summary>
    public AgentClient Again(AgentClient agent) =>
        new(Server.Client(""), agent.Registered) { Token = agent.Token };

    /// <summary>The first events of a stream that begins behind a place.</summary>
    public async Task<List<SentEvent>> StreamAsync(AgentClient agent, string last, int events)
    {
        using var stream = await OpenStreamAsync(agent, last);
        var found = new List<SentEvent>();
        string id = "",
            name = "";
        while (found.Count < events && await stream.LineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                WireRules.CheckTimes(JsonNode.Parse(line[6..]), line);
                found.Add(new SentEvent(id, name, line[6..]));
            }
        }
        return found;
    }

    /// <summary>A stream that has begun.</summary>
    public async Task<OpenStream> OpenStreamAsync(AgentClient agent, string? last = null)
    {
        var stream = new OpenStream(
            await AskForStreamAsync(agent, last),
            TestContext.Current.CancellationToken
        );
        stream.Answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await stream.LineAsync()).ShouldBe(": ok");
        return stream;
    }

    public async Task<HttpResponseMessage> AskForStreamAsync(AgentClient agent, string? last = null)
    {
        var http = new HttpClient { BaseAddress = Server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/events");
        request.Headers.Add("Authorization", $"Bearer {agent.Token}");
        request.Headers.Add("Accept", "text/event-stream");
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        return await http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        Ada.Dispose();
        Bob.Dispose();
        Cy.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>A stream of events, line by line; one that is silent for too long fails.</summary>
internal sealed class OpenStream : IDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly StreamReader _lines;

    public OpenStream(HttpResponseMessage answer, CancellationToken cancellation)
    {
        Answer = answer;
        _limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _limit.CancelAfter(TimeSpan.FromSeconds(20));
        _lines = new StreamReader(answer.Content.ReadAsStream(cancellation));
    }

    public HttpResponseMessage Answer { get; }

    public async Task<string?> LineAsync() => await _lines.ReadLineAsync(_limit.Token);

    /// <summary>All up to the stream's end.</summary>
    public async Task<string> RestAsync() => (await _lines.ReadToEndAsync(_limit.Token)).TrimEnd();

    public void Dispose()
    {
        _lines.Dispose();
        Answer.Dispose();
        _limit.Dispose();
    }
}

/// <summary>What agents do in these tests, in a line each.</summary>
internal static class LiveCalls
{
    public static async Task<string> SendAsync(
        this AgentClient sender,
        string conversation,
        string content
    )
    {
        var sent = await sender.CallAsync(
            "POST",
            "/api/messages",
            $$"""{"conversation_id":"{{conversation}}","content":"{{content}}"}"""
        );
        sent.Status.ShouldBe(201, sent.Text);
        return sent["message_id"];
    }

    /// <summary>What has to be done.</summary>
    public static async Task<Answer> DoAsync(
        this AgentClient agent,
        string method,
        string path,
        string? body = null
    )
    {
        var done = await agent.CallAsync(method, path, body);
        done.Status.ShouldBeInRange(200, 299, done.Text);
        return done;
    }

    /// <summary>The end of an agent's feed.</summary>
    public static async Task<string> CursorAsync(this AgentClient agent)
    {
        var page = await agent.CallAsync("GET", "/api/events");
        page.Status.ShouldBe(200, page.Text);
        return page["cursor"];
    }

    public static async Task<JsonNode> ReadAsync(
        this AgentClient agent,
        string cursor,
        string more = ""
    )
    {
        var page = await agent.CallAsync(
            "GET",
            $"/api/events?cursor={Uri.EscapeDataString(cursor)}&{more}"
        );
        page.Status.ShouldBe(200, page.Text);
        return page.Json;
    }

    /// <summary>What the messages behind a cursor say.</summary>
    public static async Task<List<string>> ContentsAsync(this AgentClient agent, string cursor) =>
        [
            .. (await agent.ReadAsync(cursor, "limit=100"))["events"]!
                .AsArray()
                .Where(found => found!["type"]!.ToString() == "message.created")
                .Select(found => found!["data"]!["message"]!["content"]!.ToString()),
        ];

    /// <summary>
    /// Returns when so many messages behind a cursor can be read: on PostgreSQL an older open transaction, of whatever
    /// database, keeps them back for a moment.
    /// </summary>
    public static async Task SeenAsync(this AgentClient agent, string cursor, int messages)
    {
        while (messages > 0)
        {
            var page = await agent.ReadAsync(cursor, "limit=100&wait=30");
            messages -= page["events"]!
                .AsArray()
                .Count(found => found!["type"]!.ToString() == "message.created");
            cursor = page["cursor"]!.ToString();
        }
    }
}
