using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Models.Routing;

namespace Millrace.Models.OpenAi;

/// <summary>
/// Chat with any endpoint of OpenAI's form. Tolerant where peers differ: unknown finish reasons, empty roles, arguments
/// as objects, missing ids and usage. Stands in for Microsoft.Extensions.AI.OpenAI, which refuses those.
/// </summary>
/// <param name="http">Signs requests and turns error statuses into <see cref="UpstreamFailure"/>.</param>
/// <param name="baseUrl">Ends with a slash.</param>
internal sealed class OpenAiChatClient(HttpClient http, Uri baseUrl) : IChatClient
{
    private readonly Uri _completions = new(baseUrl, "chat/completions");
    private readonly ChatClientMetadata _metadata = new("openai", baseUrl);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        using var response = await SendAsync(messages, options, stream: false, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var completion = await JsonSerializer.DeserializeAsync(
            body,
            OpenAiJson.Default.ChatCompletion,
            cancellationToken
        );
        return FromWire.Response(completion);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        using var response = await SendAsync(messages, options, stream: true, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var pieces = new StreamedPieces();
        var events = SseParser.Create(body, static (_, data) => ReadChunk(data));
        await foreach (var item in events.EnumerateAsync(cancellationToken))
        {
            if (item.Data is null)
                yield break;
            foreach (var update in pieces.Add(item.Data))
                yield return update;
        }
        if (!pieces.Finished)
            throw new UpstreamFailure(UpstreamFault.Cut, "the stream ended before its end");
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null)
            return null;
        return serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose() { }

    private async Task<HttpResponseMessage> SendAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        bool stream,
        CancellationToken cancellationToken
    )
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(
            ToWire.Request(messages, options, stream),
            OpenAiJson.Default.ChatCompletionRequest
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, _completions)
        {
            Content = new ByteArrayContent(bytes),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
    }

    /// <summary>Null is the end of the stream.</summary>
    private static ChatCompletionChunk? ReadChunk(ReadOnlySpan<byte> data) =>
        data.SequenceEqual("[DONE]"u8)
            ? null
            : JsonSerializer.Deserialize(data, OpenAiJson.Default.ChatCompletionChunk)
                ?? throw new JsonException("a chunk is null");
}
