using Microsoft.Extensions.AI;
using Millrace.Core.Failures;

namespace Millrace.Bench.Searching;

/// <summary>Stands for the embedder where its time would be hours: a text's vector is drawn from its letters and the seed.</summary>
internal sealed class ClusteredEmbedder(int dimensions, int topics)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly ClusteredVectors _vectors = new(dimensions, topics);

    /// <summary>Whether it answers nothing, so that only words find.</summary>
    public bool IsAway { get; set; }

    public float[] Embed(string text) =>
        _vectors[
            text.Aggregate(17, (hash, letter) => unchecked(hash * 31 + letter)) & int.MaxValue
        ];

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        IsAway
            ? throw new Invalid("no_vectors", "This run makes no vectors.")
            : Task.FromResult(
                new GeneratedEmbeddings<Embedding<float>>(
                    values.Select(text => new Embedding<float>(Embed(text)))
                )
            );

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
