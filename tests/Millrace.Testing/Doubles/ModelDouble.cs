using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Testing.Doubles;

/// <summary>A request as a double received it.</summary>
public sealed record ReceivedRequest(
    string Path,
    IReadOnlyDictionary<string, string> Headers,
    string Text
)
{
    private readonly TaskCompletionSource _abandoned = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>Done when the caller goes away before it has its answer.</summary>
    public Task Abandoned => _abandoned.Task;

    /// <summary>The body; empty for a request without one.</summary>
    public JsonObject Body => Text == "" ? [] : JsonNode.Parse(Text)!.AsObject();

    internal void Abandon() => _abandoned.TrySetResult();
}

/// <summary>
/// A server of a model protocol on a free port of this machine that answers as it is told: the behaviours given to
/// <see cref="Next"/> one after another, then what <see cref="Answer"/> makes of the request, or <see cref="Always"/>.
/// </summary>
public abstract class ModelDouble : IAsyncDisposable
{
    private readonly ConcurrentQueue<Behaviour> _next = new();
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly Channel<ReceivedRequest> _arrivals =
        Channel.CreateUnbounded<ReceivedRequest>();
    private readonly WebApplication _app;

    static ModelDouble() =>
        // A broken connection loses nothing that was sent before.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.FinOnError", true);

    /// <param name="port">0 takes a free one.</param>
    protected ModelDouble(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
    }

    public Behaviour Always { get; set; } = Behaviour.Plain;

    /// <summary>What it does depends on what it is asked.</summary>
    public Func<ReceivedRequest, Behaviour>? Answer { get; set; }

    /// <summary>All requests so far, in order of arrival.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];
    public ReceivedRequest Last => _requests.Last();

    /// <summary>Root of the server, without a slash at its end.</summary>
    public string Root { get; private set; } = "";
    public int Port => new Uri(Root).Port;

    /// <summary>Waits for the next request that no call of this method has given yet.</summary>
    public ValueTask<ReceivedRequest> ArrivalAsync() => _arrivals.Reader.ReadAsync();

    public void Next(params Behaviour[] behaviours)
    {
        foreach (var behaviour in behaviours)
            _next.Enqueue(behaviour);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract void Map(WebApplication app);

    protected static async Task<T> StartAsync<T>(T server)
        where T : ModelDouble
    {
        server.Map(server._app);
        await server._app.StartAsync();
        server.Root = server._app.Urls.First();
        return server;
    }

    /// <summary>Notes the request and does what is the same in every protocol; null when the request is answered.</summary>
    protected async Task<(JsonObject Body, Behaviour Behaviour)?> ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key,
            header => header.Value.ToString(),
            StringComparer.OrdinalIgnoreCase
        );
        var request = new ReceivedRequest(context.Request.Path, headers, text);
        context.RequestAborted.Register(request.Abandon);
        _requests.Enqueue(request);
        _arrivals.Writer.TryWrite(request);
        var behaviour = _next.TryDequeue(out var next) ? next : Answer?.Invoke(request) ?? Always;
        if (behaviour.Gate is { } gate)
            await gate.WaitAsync(context.RequestAborted);
        if (behaviour.Status is { } status)
        {
            if (behaviour.RetryAfter is { } wait)
                context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString();
            context.Response.StatusCode = status;
            await WriteAsync(context, Error(status, behaviour.ErrorMessage));
            return null;
        }
        if (behaviour.RawBody is { } raw)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(raw);
            return null;
        }
        return (request.Body, behaviour);
    }

    protected abstract JsonNode Error(int status, string message);

    protected static Task WriteAsync(HttpContext context, JsonNode body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    /// <summary>Writes a whole answer, or its first half when the behaviour cuts it.</summary>
    protected static async Task WriteAnswerAsync(
        HttpContext context,
        Behaviour behaviour,
        JsonNode answer
    )
    {
        if (behaviour.CutAfter is null)
        {
            await WriteAsync(context, answer);
            return;
        }
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        await BreakAsync(context);
    }

    /// <summary>Writes events one by one, and breaks the connection where the behaviour says so.</summary>
    protected static async Task WriteEventsAsync(
        HttpContext context,
        Behaviour behaviour,
        IEnumerable<string> events
    )
    {
        context.Response.ContentType = "text/event-stream";
        var number = 0;
        foreach (var item in events)
        {
            if (number == behaviour.CutAfter)
            {
                await BreakAsync(context);
                return;
            }
            if (behaviour.BeforePiece is { } gate)
                await gate(number).WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(item + "\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            number++;
        }
    }

    /// <summary>Breaks the connection once what was written is on its way, of which Kestrel gives no word.</summary>
    private static async Task BreakAsync(HttpContext context)
    {
        await context.Response.Body.FlushAsync();
        await Task.Delay(20);
        context.Abort();
    }
}
