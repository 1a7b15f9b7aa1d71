using Microsoft.Extensions.AI;
using Millrace.Core.Failures;

namespace Millrace.Bench.Ingesting;

/// <summary>Makes no vectors, so that documents are read and found by their words only.</summary>
internal sealed class NoEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new Invalid("no_vectors", "This run makes no vectors.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
