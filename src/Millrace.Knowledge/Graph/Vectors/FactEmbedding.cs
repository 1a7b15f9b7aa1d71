using System.Text.Json;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>A graph's facts whose ids lie from one up to another; they are written in the order of their ids.</summary>
internal sealed record FactRange(Guid Graph, Guid From, Guid Until);

/// <summary>
/// Queues the making of facts' vectors in the write of the facts: once for a graph and second, however many are written
/// in it, a second after that one has passed.
/// </summary>
internal sealed class FactEmbedding(WorkQueue queue, TimeProvider time)
{
    public const string Kind = "graph.embed";

    // How long a write may have taken before it got here.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Queues it, if this write has made facts, as the last thing that it does.</summary>
    public async ValueTask QueueAsync(GraphWrite write)
    {
        if (!write.HasNewFacts)
            return;
        var graph = write.Graph;
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        var start = DateTimeOffset.FromUnixTimeSeconds(second);
        var range = new FactRange(graph.Value, Bound(start - LongestWrite), Bound(start + Second));
        await queue.EnqueueAsync(
            write.Db,
            WorkOn(write.Workspace, range) with
            {
                Occurrence = $"{graph}/{second}",
                RunAfter = start + Second + Second,
            }
        );
    }

    public static NewWork WorkOn(Id<Workspace> workspace, FactRange range) =>
        new(workspace, Kind, JsonSerializer.Serialize(range));

    /// <summary>The smallest id of facts that are written at a time or later.</summary>
    private static Guid Bound(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(time).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        return new Guid(bytes, bigEndian: true);
    }
}
