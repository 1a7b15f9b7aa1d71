using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Models.Discovery;

/// <summary>A model server's place on this machine and how to ask it for its models.</summary>
public sealed record LoopbackServer(string Name, int Port, string ListPath)
{
    /// <summary>The ports that these servers use unless told otherwise.</summary>
    public static IReadOnlyList<LoopbackServer> WellKnown { get; } =
    [
        new("ollama", 11434, "/api/tags"),
        new("lm-studio", 1234, "/v1/models"),
        new("llama-server", 8080, "/v1/models"),
        new("vllm", 8000, "/v1/models"),
    ];
}

/// <summary>A model that a server on this machine offers.</summary>
/// <param name="BaseUrl">Of OpenAI's form, with <c>/v1</c>.</param>
public sealed record FoundModel(string Name, string Server, string BaseUrl)
{
    private static readonly string[] EmbeddersNames = ["embed", "bge-", "minilm", "e5-", "gte-"];

    /// <summary>Told from the name, since the servers do not say it: it makes vectors and does not chat.</summary>
    [JsonIgnore]
    public bool IsEmbedder =>
        Array.Exists(
            EmbeddersNames,
            part => Name.Contains(part, StringComparison.OrdinalIgnoreCase)
        );
}

/// <summary>
/// Looks for model servers on this machine, and on no other. What it finds is listed; nothing is used before the
/// operator chooses it.
/// </summary>
/// <param name="ownPorts">Ports on which this Millrace listens, which are not asked.</param>
public sealed class LoopbackProbe(
    IReadOnlyList<LoopbackServer> servers,
    IReadOnlyCollection<int> ownPorts
)
{
    private const int MaxAnswerBytes = 1024 * 1024;

    public LoopbackProbe(IReadOnlyCollection<int> ownPorts)
        : this(LoopbackServer.WellKnown, ownPorts) { }

    /// <summary>How long a server has to answer; where none listens, it is known at once.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>All models of all servers that answer in time.</summary>
    public async Task<IReadOnlyList<FoundModel>> FindAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient(
            new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }
        )
        {
            Timeout = Limit,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        client.DefaultRequestHeaders.Add(Routing.Hop.Header, "1");
        var found = await Task.WhenAll(
            servers
                .Where(server => !ownPorts.Contains(server.Port))
                .Select(server => AskAsync(client, server, cancellationToken))
        );
        return [.. found.SelectMany(models => models)];
    }

    private static async Task<IReadOnlyList<FoundModel>> AskAsync(
        HttpClient client,
        LoopbackServer server,
        CancellationToken cancellationToken
    )
    {
        var root = $"http://127.0.0.1:{server.Port}";
        try
        {
            using var response = await client.GetAsync(
                new Uri(root + server.ListPath),
                cancellationToken
            );
            // Another Millrace is no model of its own.
            if (!response.IsSuccessStatusCode || response.Headers.Contains(Routing.Hop.Header))
                return [];
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            using var list = JsonDocument.Parse(body);
            return
            [
                .. Names(list.RootElement)
                    .Select(name => new FoundModel(name, server.Name, root + "/v1")),
            ];
        }
        catch (Exception absent)
            when (absent is HttpRequestException or JsonException or IOException
                || absent is OperationCanceledException
                    && !cancellationToken.IsCancellationRequested
            )
        {
            return [];
        }
    }

    /// <summary>Ollama lists <c>models[].name</c>, the others <c>data[].id</c>.</summary>
    private static IEnumerable<string> Names(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var (field, name) in new[] { ("models", "name"), ("data", "id") })
        {
            if (
                !list.TryGetProperty(field, out var models)
                || models.ValueKind != JsonValueKind.Array
            )
                continue;
            foreach (var model in models.EnumerateArray())
            {
                if (
                    model.ValueKind == JsonValueKind.Object
                    && model.TryGetProperty(name, out var text)
                    && text.ValueKind == JsonValueKind.String
                )
                    yield return text.GetString()!;
            }
            yield break;
        }
    }
}
