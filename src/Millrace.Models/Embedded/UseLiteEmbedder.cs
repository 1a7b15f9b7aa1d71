using Microsoft.Extensions.AI;
using Millrace.Core.Failures;

namespace Millrace.Models.Embedded;

/// <summary>
/// The embedder that every installation has: Universal Sentence Encoder Lite, English, 512 dimensions, vectors of
/// length 1 so that a dot product is the cosine. It reads the first 128 tokens of a text (about 100 words); cut longer
/// texts into chunks first. Making one costs nothing: the weights (about 30 MB in memory) are read on first use.
/// Safe for any number of threads; each call runs on its caller's.
/// </summary>
public sealed class UseLiteEmbedder(EmbeddedModelFiles files)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The model's name, to be stored beside every vector that it made.</summary>
    public const string ModelId = "use-lite";

    public const int Dimensions = UseLiteTransformer.Dimensions;

    /// <summary>How many tokens of a text are read.</summary>
    public const int MaxTokens = UseLiteTransformer.MaxTokens;

    private static readonly EmbeddingGeneratorMetadata Metadata = new(
        "millrace",
        providerUri: null,
        ModelId,
        Dimensions
    );

    private readonly Lock _loading = new();
    private volatile Loaded? _loaded;

    /// <summary>Whether the weights are in memory.</summary>
    public bool IsLoaded => _loaded is not null;

    /// <summary>The text's vector, of length 1.</summary>
    /// <exception cref="NotConfigured">A file of the model is missing or is not the pinned one.</exception>
    public float[] Embed(string text) => Embed(text, out _);

    /// <param name="text">An English text.</param>
    /// <param name="tokens">How many tokens of it were read.</param>
    /// <inheritdoc cref="Embed(string)"/>
    public float[] Embed(string text, out int tokens)
    {
        var model = Load();
        var ids = model.Tokenizer.Tokenize(text);
        tokens = ids.Length;
        return model.Transformer.Encode(ids);
    }

    /// <summary>One vector per text, in their order.</summary>
    /// <inheritdoc cref="Embed(string)"/>
    public float[][] Embed(IReadOnlyList<string> texts) => [.. texts.Select(Embed)];

    /// <summary>How many tokens of the text <see cref="Embed(string)"/> reads.</summary>
    /// <inheritdoc cref="Embed(string)"/>
    public int CountTokens(string text) => Load().Tokenizer.Tokenize(text).Length;

    /// <summary>
    /// A single word's place among words, of length 1: how it enters the encoder, without being read by it, which takes
    /// a hundredth of <see cref="Embed(string)"/>. Words that have nothing to do with each other are near 0. Not to be
    /// compared with vectors of texts.
    /// </summary>
    /// <inheritdoc cref="Embed(string)"/>
    public float[] EmbedWord(string word)
    {
        var model = Load();
        return model.Transformer.MeanOfPieces(model.Tokenizer.Tokenize(word));
    }

    /// <summary>Embeds on the caller's thread and answers a finished task; cancellation is looked at between texts.</summary>
    /// <exception cref="Invalid">Another number of dimensions was asked for.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        if (options?.Dimensions is { } asked and not Dimensions)
            throw new Invalid(
                "dimensions_not_supported",
                $"The model {ModelId} makes vectors of {Dimensions} dimensions, not {asked}.",
                "dimensions"
            );
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        var total = 0;
        foreach (var text in values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            embeddings.Add(new Embedding<float>(Embed(text, out var tokens)) { ModelId = ModelId });
            total += tokens;
        }
        embeddings.Usage = new UsageDetails { InputTokenCount = total, TotalTokenCount = total };
        return Task.FromResult(embeddings);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null)
            return null;
        if (serviceType == typeof(EmbeddingGeneratorMetadata))
            return Metadata;
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Nothing to do: the weights go with the last reference.</summary>
    public void Dispose() { }

    // A failed load is tried again by the next call, so that a mended installation works without a restart.
    private Loaded Load()
    {
        if (_loaded is { } ready)
            return ready;
        lock (_loading)
        {
            return _loaded ??= new Loaded(
                UseLiteTokenizer.Read(files),
                new UseLiteTransformer(UseLiteWeights.Read(files))
            );
        }
    }

    private sealed record Loaded(UseLiteTokenizer Tokenizer, UseLiteTransformer Transformer);
}
