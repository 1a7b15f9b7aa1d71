using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Millrace.Models.OpenAi;

/// <summary>Embeddings from any endpoint of OpenAI's form.</summary>
/// <param name="http">Signs requests and turns error statuses into <see cref="Routing.UpstreamFailure"/>.</param>
/// <param name="baseUrl">Ends with a slash.</param>
internal sealed class OpenAiEmbedder(HttpClient http, Uri baseUrl)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly Uri _embeddings = new(baseUrl, "embeddings");

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var texts = values.ToList();
        var bytes = JsonSerializer.SerializeToUtf8Bytes(
            new EmbeddingRequest
            {
                Model = options?.ModelId,
                Input = new EmbeddingInput(texts),
                Dimensions = options?.Dimensions,
                EncodingFormat = "float",
            },
            OpenAiJson.Default.EmbeddingRequest
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, _embeddings)
        {
            Content = new ByteArrayContent(bytes),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var list = await JsonSerializer.DeserializeAsync(
            body,
            OpenAiJson.Default.EmbeddingList,
            cancellationToken
        );
        return Read(list, texts.Count);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() { }

    private static GeneratedEmbeddings<Embedding<float>> Read(EmbeddingList? list, int expected)
    {
        if (list?.Data is not { } items || items.Count != expected)
            throw new JsonException("the answer has not one embedding per text");
        return new GeneratedEmbeddings<Embedding<float>>(
            items
                .OrderBy(item => item.Index)
                .Select(item => new Embedding<float>(
                    item.Embedding?.Values ?? throw new JsonException("an embedding is missing")
                ))
        )
        {
            Usage = FromWire.Usage(list.Usage),
        };
    }
}
