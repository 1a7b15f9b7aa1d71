using System.Collections.Concurrent;

namespace Millrace.Knowledge.Vectors;

/// <summary>Walks at rest: as many as ever ran at once.</summary>
internal sealed class WalkPool(int dimensions, int links)
{
    private readonly ConcurrentBag<Walk> _idle = [];

    public Walk Rent() => _idle.TryTake(out var walk) ? walk : new Walk(dimensions, links);

    public void Return(Walk walk) => _idle.Add(walk);
}
