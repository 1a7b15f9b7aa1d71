using System.Runtime.CompilerServices;

namespace Millrace.Knowledge.Documents.Chunks;

/// <summary>Cuts a document into chunks as its blocks come; memory holds one chunk.</summary>
public sealed class Chunker(ChunkOptions options)
{
    public async IAsyncEnumerable<Chunk> ChunkAsync(
        IAsyncEnumerable<Block> blocks,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var builder = new ChunkBuilder(options);
        await foreach (var block in blocks.WithCancellation(cancellation))
        {
            builder.Add(block);
            while (builder.TryTake(out var chunk))
                yield return chunk;
        }
        builder.Finish();
        while (builder.TryTake(out var chunk))
            yield return chunk;
    }
}
