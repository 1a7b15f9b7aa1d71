using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Millrace.Bench.Chatting;

/// <summary>An embedder that keeps time.</summary>
internal sealed class TimedEmbedder(IEmbeddingGenerator<string, Embedding<float>> inner)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private long _ticks;
    private long _texts;

    /// <summary>All calls together.</summary>
    public TimeSpan Spent => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _ticks));

    public long Texts => Volatile.Read(ref _texts);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var started = Stopwatch.GetTimestamp();
        var made = await inner.GenerateAsync(values, options, cancellationToken);
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - started);
        Interlocked.Add(ref _texts, made.Count);
        return made;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        inner.GetService(serviceType, serviceKey);

    public void Dispose() { }
}
