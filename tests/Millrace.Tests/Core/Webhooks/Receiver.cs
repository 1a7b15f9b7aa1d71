using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Millrace.Tests.Core.Webhooks;

/// <summary>What a receiver got: a message whose signatures it has not yet looked at.</summary>
internal sealed record Received(string Id, string Timestamp, string Signature, string Body)
{
    /// <summary>The scheme as published: any of the <c>v1</c> signatures is HMAC-SHA256 over id.timestamp.body.</summary>
    public bool IsSignedBy(string secret)
    {
        var key = Convert.FromBase64String(secret.Split('_', 2)[1]);
        var signed = Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{Body}");
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
        return Signature.Split(' ').Contains(expected);
    }

    public DateTimeOffset SentAt =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(Timestamp, CultureInfo.InvariantCulture));
}

/// <summary>A receiver on a free loopback port that keeps what it gets and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();
    private LocalServer _server = null!;

    /// <summary>How it answers a message, by its id; 204 unless it is told otherwise.</summary>
    public Func<HttpContext, Received, Task> Answer { get; set; } =
        (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };

    /// <summary>How often each message came.</summary>
    public ConcurrentDictionary<string, int> Counts { get; } = new();

    public string Url => new Uri(_server.Address, "/hook").ToString();

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        receiver._server = await LocalServer.StartAsync(receiver.TakeAsync);
        return receiver;
    }

    public void AnswerWith(int status) =>
        Answer = (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

    /// <summary>The next message, in the order of arrival.</summary>
    public async Task<Received> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        return await _received.Reader.ReadAsync(limit.Token);
    }

    public bool HasMore => _received.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        var received = new Received(
            headers["webhook-id"].ToString(),
            headers["webhook-timestamp"].ToString(),
            headers["webhook-signature"].ToString(),
            await reader.ReadToEndAsync()
        );
        Counts.AddOrUpdate(received.Id, 1, (_, count) => count + 1);
        _received.Writer.TryWrite(received);
        await Answer(context, received);
    }
}
