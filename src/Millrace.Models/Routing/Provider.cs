using System.Net;
using Microsoft.Extensions.AI;
using Millrace.Models.Forwarding;
using Millrace.Models.OpenAi;
using Polly;
using Polly.CircuitBreaker;

namespace Millrace.Models.Routing;

/// <summary>
/// A place where models run, connected: its connection pool, its clients, its circuit breaker. Lives as long as the
/// process.
/// </summary>
internal sealed class Provider : IDisposable
{
    private readonly HttpMessageInvoker? _wire;
    private readonly HttpClient? _client;
    private readonly Lazy<IChatClient?> _chat;
    private readonly Lazy<IEmbeddingGenerator<string, Embedding<float>>?> _embedder;
    private readonly CircuitBreakerStateProvider _circuit = new();
    private readonly string? _apiKey;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers = [];

    private Provider(
        string name,
        Func<IChatClient?> chat,
        Func<IEmbeddingGenerator<string, Embedding<float>>?> embedder
    )
    {
        Name = name;
        Kind = ProviderKind.Embedded;
        Resilience = ResiliencePipeline<object>.Empty;
        _chat = new(chat);
        _embedder = new(embedder);
    }

    private Provider(
        ProviderOptions options,
        Uri address,
        string? apiKey,
        ModelsOptions limits,
        TimeProvider time
    )
    {
        Name = options.Name;
        Kind = options.Kind;
        Address = address;
        _apiKey = apiKey;
        _headers = [.. options.Headers];
        Resilience = Routing.Resilience.Of(limits, time, _circuit);
        var sockets = Sockets(address);
        _wire = new HttpMessageInvoker(sockets);
        _client = new HttpClient(new ProviderHandler(Sign, limits.MaxAnswerBytes, time, sockets))
        {
            // The router's deadlines are the time limits.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _chat = new(ChatOverWire);
        _embedder = new(() =>
            Form == WireForm.OpenAi ? new OpenAiEmbedder(_client, address) : null
        );
    }

    public string Name { get; }
    public ProviderKind Kind { get; }
    public ResiliencePipeline<object> Resilience { get; }

    /// <summary>False for some seconds after it failed again and again.</summary>
    public bool IsAvailable =>
        _circuit.CircuitState is CircuitState.Closed or CircuitState.HalfOpen;

    /// <summary>The base address, ending with a slash. Null for what is embedded.</summary>
    public Uri? Address { get; }
    public bool IsLoopback => Address?.IsLoopback == true;

    public WireForm Form =>
        Kind switch
        {
            ProviderKind.Anthropic => WireForm.Anthropic,
            ProviderKind.Embedded => WireForm.Embedded,
            _ => WireForm.OpenAi,
        };

    public IChatClient? Chat => _chat.Value;
    public IEmbeddingGenerator<string, Embedding<float>>? Embedder => _embedder.Value;

    /// <summary>The bare connection pool, for what goes through untouched.</summary>
    public HttpMessageInvoker Wire =>
        _wire ?? throw new InvalidOperationException("An embedded provider has no wire.");

    public static Provider Embedded(
        string name,
        Func<IChatClient?> chat,
        Func<IEmbeddingGenerator<string, Embedding<float>>?> embedder
    ) => new(name, chat, embedder);

    public static Provider Connect(
        ProviderOptions options,
        string? apiKey,
        ModelsOptions limits,
        TimeProvider time
    ) => new(options, BaseAddress(options), apiKey, limits, time);

    /// <summary>Adds the key, the operator's headers and the mark of a Millrace.</summary>
    public void Sign(HttpRequestMessage request)
    {
        var headers = request.Headers;
        headers.TryAddWithoutValidation(Hop.Header, Hop.Next);
        if (Kind == ProviderKind.Anthropic)
        {
            if (!headers.Contains("anthropic-version"))
                headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
            if (_apiKey is not null && !headers.Contains("x-api-key"))
                headers.TryAddWithoutValidation("x-api-key", _apiKey);
        }
        else if (_apiKey is not null)
        {
            headers.TryAddWithoutValidation("Authorization", "Bearer " + _apiKey);
        }
        foreach (var (name, value) in _headers)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _wire?.Dispose();
    }

    private IChatClient ChatOverWire() =>
        Form == WireForm.OpenAi
            ? new OpenAiChatClient(_client!, Address!)
            : new global::Anthropic.AnthropicClient
            {
                BaseUrl = Address!.AbsoluteUri.TrimEnd('/'),
                ApiKey = _apiKey ?? "none",
                HttpClient = _client!,
                // Retries and time limits are the router's.
                MaxRetries = 0,
                Timeout = Timeout.InfiniteTimeSpan,
            }.AsIChatClient();

    private static SocketsHttpHandler Sockets(Uri address) =>
        new()
        {
            UseCookies = false,
            // The call's own span tells of it; what a provider makes of ours is nobody's to know.
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // So that a change of the provider's addresses is followed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            UseProxy = !address.IsLoopback,
        };

    private static Uri BaseAddress(ProviderOptions options)
    {
        var text = options.BaseUrl ?? DefaultAddress(options.Kind);
        if (
            options.Kind == ProviderKind.Ollama
            && !text.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal)
        )
            text = text.TrimEnd('/') + "/v1";
        return new Uri(text.TrimEnd('/') + "/");
    }

    private static string DefaultAddress(ProviderKind kind) =>
        kind switch
        {
            ProviderKind.Anthropic => "https://api.anthropic.com",
            ProviderKind.Ollama => "http://127.0.0.1:11434",
            _ => "https://api.openai.com/v1",
        };
}
