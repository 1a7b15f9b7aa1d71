using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Millrace.Models.Local;

namespace Millrace.Tests.Models.Local;

/// <summary>A conversation with the local model on Tuesday, 24 November 2026, 15:30 UTC.</summary>
internal sealed class Conversation : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 15, 30, 0, TimeSpan.Zero);

    private readonly List<ChatMessage> _messages = [];

    public Conversation(
        IEmbeddingGenerator<string, Embedding<float>>? embedder = null,
        LocalChatModel? model = null
    )
    {
        Embedder = embedder ?? new WordEmbedder();
        Model = model ?? new LocalChatModel(Embedder, new FakeTimeProvider(Now));
    }

    public IEmbeddingGenerator<string, Embedding<float>> Embedder { get; }

    public LocalChatModel Model { get; }

    public ChatOptions Options { get; } = new();

    /// <summary>The embedder is shared with other tests.</summary>
    public bool KeepsEmbedder { get; init; }

    public Conversation With(params ChatMessage[] messages)
    {
        _messages.AddRange(messages);
        return this;
    }

    public Conversation With(params AIFunctionDeclaration[] tools)
    {
        Options.Tools = [.. tools];
        return this;
    }

    /// <summary>Says one message and keeps it and the answer.</summary>
    public async Task<ChatResponse> SayAsync(string text)
    {
        _messages.Add(new ChatMessage(ChatRole.User, text));
        var response = await Model.GetResponseAsync(
            _messages,
            Options,
            TestContext.Current.CancellationToken
        );
        _messages.AddRange(response.Messages);
        return response;
    }

    /// <summary>Says several messages and gives the last answer's text.</summary>
    public async Task<string> AskAsync(params string[] texts)
    {
        var answer = "";
        foreach (var text in texts)
        {
            answer = (await SayAsync(text)).Text;
        }
        return answer;
    }

    /// <summary>Gives a tool's result for the last call.</summary>
    public async Task<ChatResponse> ResultAsync(params (string CallId, object? Result)[] results)
    {
        _messages.Add(
            new ChatMessage(
                ChatRole.Tool,
                [
                    .. results.Select(
                        AIContent (each) => new FunctionResultContent(each.CallId, each.Result)
                    ),
                ]
            )
        );
        var response = await Model.GetResponseAsync(
            _messages,
            Options,
            TestContext.Current.CancellationToken
        );
        _messages.AddRange(response.Messages);
        return response;
    }

    public void Dispose()
    {
        Model.Dispose();
        if (!KeepsEmbedder)
        {
            Embedder.Dispose();
        }
    }
}

/// <summary>A deterministic stand-in for the real embedder: texts that share word stems are near.</summary>
internal sealed class WordEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    public int Calls { get; private set; }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Calls++;
        return Task.FromResult(
            new GeneratedEmbeddings<Embedding<float>>(
                values.Select(value => new Embedding<float>(Vector(value)))
            )
        );
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }

    private static float[] Vector(string text)
    {
        var vector = new float[512];
        foreach (var stem in Words.Topic(text))
        {
            var hash = stem.Aggregate(17u, (sum, letter) => (sum * 31) + letter);
            vector[hash % 512] += 1;
        }
        return vector;
    }
}
