using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Millrace.Testing;

/// <summary>A model that answers as a test says, and remembers what it was asked.</summary>
public sealed class ScriptedModel : IChatClient
{
    private readonly List<IReadOnlyList<ChatMessage>> _asked = [];
    private readonly Lock _lock = new();

    /// <summary>What it answers to the messages; by default the last user message in other words.</summary>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions?, ChatResponse> Answer { get; set; } =
        (messages, _) => Say($"You said: {messages[^1].Text}");

    /// <summary>Awaited before every answer, and before every piece of a stream but the first.</summary>
    public Func<CancellationToken, Task> Wait { get; set; } = _ => Task.CompletedTask;

    /// <summary>Every prompt so far, oldest first.</summary>
    public IReadOnlyList<IReadOnlyList<ChatMessage>> Asked
    {
        get
        {
            lock (_lock)
                return [.. _asked];
        }
    }

    public static ChatResponse Say(string text) =>
        new(new ChatMessage(ChatRole.Assistant, text))
        {
            Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 },
        };

    public static ChatResponse Call(params (string Name, object Arguments)[] calls) =>
        new(
            new ChatMessage(
                ChatRole.Assistant,
                [
                    .. calls.Select(
                        (call, index) =>
                            (AIContent)
                                new FunctionCallContent(
                                    $"call_{index}",
                                    call.Name,
                                    call.Arguments.GetType()
                                        .GetProperties()
                                        .ToDictionary(
                                            field => field.Name,
                                            field => field.GetValue(call.Arguments)
                                        )
                                )
                    ),
                ]
            )
        );

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var asked = Note(messages);
        await Wait(cancellationToken);
        return Answer(asked, options);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var asked = Note(messages);
        var response = Answer(asked, options);
        var isFirst = true;
        foreach (var content in response.Messages.SelectMany(message => message.Contents))
        {
            IEnumerable<AIContent> pieces = content is TextContent text
                ? text
                    .Text.Split(' ')
                    .Select((word, at) => new TextContent(at == 0 ? word : " " + word))
                : [content];
            foreach (var piece in pieces)
            {
                if (!isFirst)
                    await Wait(cancellationToken);
                isFirst = false;
                yield return new ChatResponseUpdate(ChatRole.Assistant, [piece]);
            }
        }
        if (response.Usage is not null)
            yield return new ChatResponseUpdate(
                ChatRole.Assistant,
                [new UsageContent(response.Usage)]
            );
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }

    private List<ChatMessage> Note(IEnumerable<ChatMessage> messages)
    {
        var asked = messages.ToList();
        lock (_lock)
            _asked.Add(asked);
        return asked;
    }
}

/// <summary>Embeds a text as the set of its words, so that texts that share words are alike.</summary>
public sealed class WordEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    private int _embedded;

    /// <summary>Texts embedded so far.</summary>
    public int Embedded => _embedded;

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(Embed)));

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }

    private Embedding<float> Embed(string text)
    {
        Interlocked.Increment(ref _embedded);
        var vector = new float[256];
        foreach (
            var word in text.ToLowerInvariant()
                .Split([' ', '.', ',', '?', '!', ':'], StringSplitOptions.RemoveEmptyEntries)
        )
            vector[(uint)StableHash(word) % 256] += 1;
        return new Embedding<float>(vector);
    }

    private static int StableHash(string word) =>
        word.Aggregate(17, (hash, letter) => unchecked(hash * 31 + letter));
}
