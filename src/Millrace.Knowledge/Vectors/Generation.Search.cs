namespace Millrace.Knowledge.Vectors;

/// <summary>How a generation answers: by the graph where that costs less, else by comparing with all that match.</summary>
internal sealed partial class Generation<TKey>
{
    private const int Sampled = 512;

    /// <summary>The query must be finite and have a direction.</summary>
    public IReadOnlyList<VectorHit<TKey>> Search(
        ReadOnlySpan<float> query,
        int most,
        VectorFilter<TKey>? filter
    )
    {
        // The graph's slots are all below the count, so it is read first.
        var graph = Volatile.Read(ref _graph);
        var graphed = graph?.Count ?? 0;
        var count = Volatile.Read(ref _count);
        if (count == 0)
            return [];
        most = Math.Min(most, count);
        var walk = _walks.Rent();
        walk.Probe.Set(query);
        var wanted = _table.CanRescore ? Math.Max(2 * most, most + 16) : most;
        walk.Best.Reset(wanted);
        if (Width(wanted, count, filter) is var width and > 0 && graph is not null)
        {
            // The walk may pass slots that are entering just now; they are left to the scan.
            graph.Search(walk, width, count);
            Collect(walk, graphed, count, filter);
            Scan(walk, graphed, count, filter);
        }
        if (walk.Best.Count < wanted)
        {
            walk.Best.Reset(wanted);
            if (filter?.Keys is { } keys && keys.Count < count)
                Scan(walk, keys);
            else
                Scan(walk, 0, count, filter);
        }
        var hits = Hits(walk, most);
        _walks.Return(walk);
        return hits;
    }

    // How many candidates a walk must keep so that enough of them match; zero where comparing with all that match costs
    // less than looking at the neighbours of so many.
    private int Width(int wanted, int count, VectorFilter<TKey>? filter)
    {
        if (_graph is null)
            return 0;
        var matches = filter switch
        {
            null => Live,
            { Keys: { } keys } => Math.Min(keys.Count, Live),
            _ => Live * Share(filter, count),
        };
        if (matches < 1)
            return 0;
        var width = Math.Max(options.SearchWidth, wanted) * (double)count / matches;
        return width * options.Links < matches ? (int)width : 0;
    }

    private double Share(VectorFilter<TKey> filter, int count)
    {
        var accepted = 0;
        for (var at = 0; at < Sampled; at++)
        {
            if (filter.Accepts(_keys[(int)((long)at * count / Sampled)]))
                accepted++;
        }
        return accepted / (double)Sampled;
    }

    private void Collect(Walk walk, int graphed, int count, VectorFilter<TKey>? filter)
    {
        for (var at = 0; at < walk.Found.Count; at++)
        {
            var slot = walk.Found.Slot(at);
            if (slot < graphed && MayFind(slot, count, filter))
                walk.Best.Offer(slot, walk.Found.Similarity(at));
        }
    }

    private void Scan(Walk walk, int from, int count, VectorFilter<TKey>? filter)
    {
        var best = walk.Best;
        for (var slot = from; slot < count; slot++)
        {
            // Without a filter the comparison is the cheaper test.
            if (filter is not null && !MayFind(slot, count, filter))
                continue;
            var similarity = _table.Similarity(walk.Probe, slot);
            if (similarity > best.Bar && MayFind(slot, count, null))
                best.Offer(slot, similarity);
        }
    }

    // What a key leads to is its vector of now.
    private void Scan(Walk walk, IReadOnlySet<TKey> keys)
    {
        foreach (var key in keys)
        {
            if (_slots.TryGetValue(key, out var slot))
                walk.Best.Offer(slot, _table.Similarity(walk.Probe, slot));
        }
    }

    private bool MayFind(int slot, int count, VectorFilter<TKey>? filter) =>
        Volatile.Read(ref _until[slot]) > count && filter?.Accepts(_keys[slot]) != false;

    private VectorHit<TKey>[] Hits(Walk walk, int most)
    {
        var best = walk.Best;
        var ordered = walk.Found;
        ordered.Reset(most);
        for (var at = 0; at < best.Count; at++)
        {
            var slot = best.Slot(at);
            ordered.Offer(slot, best.Similarity(at) + _table.Correction(walk.Probe, slot));
        }
        var hits = new VectorHit<TKey>[ordered.Count];
        for (var at = 0; at < hits.Length; at++)
        {
            hits[at] = new(_keys[ordered.Slot(at)], Math.Clamp(ordered.Similarity(at), -1, 1));
        }
        return hits;
    }
}
