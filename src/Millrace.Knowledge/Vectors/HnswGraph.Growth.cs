namespace Millrace.Knowledge.Vectors;

/// <summary>How slots enter the graph.</summary>
internal sealed partial class HnswGraph
{
    private const int HighestLevel = 12;

    // A slot's row is changed under the lock that it shares with every 1,024th other.
    private readonly Lock[] _locks = [.. Enumerable.Range(0, 1024).Select(_ => new Lock())];
    private readonly Lock _rising = new();

    /// <summary>
    /// Takes in the slots up to <paramref name="slots"/>, by <see cref="VectorIndexOptions.BuildThreads"/> threads.
    /// One caller at a time.
    /// </summary>
    public void Grow(int slots, WalkPool walks)
    {
        var first = _count;
        Reserve(first, slots);
        if (options.BuildThreads == 1)
        {
            var walk = walks.Rent();
            for (var slot = first; slot < slots; slot++)
                Insert(slot, slots, walk);
            walks.Return(walk);
        }
        else
        {
            Parallel.For(
                first,
                slots,
                new ParallelOptions { MaxDegreeOfParallelism = options.BuildThreads },
                walks.Rent,
                (slot, _, walk) =>
                {
                    Insert(slot, slots, walk);
                    return walk;
                },
                walks.Return
            );
        }
        Volatile.Write(ref _count, slots);
    }

    // Rows are laid out before the threads begin, and empty, so that none of them moves under another.
    private void Reserve(int first, int slots)
    {
        _ground.Reserve(slots);
        _upperAt.Reserve(slots);
        var firstUpper = _upperRows;
        for (var slot = first; slot < slots; slot++)
        {
            _ground.Row(slot).Fill(None);
            _upperAt[slot] = _upperRows;
            _upperRows += Level(slot);
        }
        _upper.Reserve(_upperRows);
        for (var row = firstUpper; row < _upperRows; row++)
            _upper.Row(row).Fill(None);
    }

    private void Insert(int slot, int slots, Walk walk)
    {
        var level = Level(slot);
        table.Load(walk.Probe, slot);
        if (Volatile.Read(ref _entry) is { } entry)
        {
            var nearest = entry.Slot;
            var similarity = table.Similarity(walk.Probe, nearest);
            for (var above = entry.Level; above > level; above--)
                Descend(walk.Probe, above, slots, ref nearest, ref similarity);
            for (var at = Math.Min(level, entry.Level); at >= 0; at--)
            {
                walk.Found.Reset(options.BuildWidth);
                walk.Found.Offer(nearest, similarity);
                Spread(walk, at, slots);
                (nearest, similarity) = (walk.Found.Slot(0), walk.Found.Similarity(0));
                Link(slot, at, walk);
            }
        }
        lock (_rising)
        {
            if (_entry is null || level > _entry.Level)
                Volatile.Write(ref _entry, new Entry(slot, level));
        }
    }

    private void Link(int slot, int level, Walk walk)
    {
        var chosen = walk.Chosen.AsSpan(0, Choose(walk.Found, _links, slot, walk));
        Span<int> neighbours = stackalloc int[chosen.Length];
        chosen.CopyTo(neighbours);
        foreach (var neighbour in neighbours)
        {
            Connect(slot, neighbour, level, walk);
            Connect(neighbour, slot, level, walk);
        }
    }

    private void Connect(int from, int to, int level, Walk walk)
    {
        lock (_locks[from & (_locks.Length - 1)])
        {
            var row = Row(from, level);
            if (row.Contains(to))
                return;
            var free = row.IndexOf(None);
            if (free >= 0)
                Volatile.Write(ref row[free], to);
            else
                Thin(from, to, row, walk);
        }
    }

    // A full row keeps the neighbours that lead into different directions, the new one among the candidates.
    private void Thin(int from, int to, Span<int> row, Walk walk)
    {
        table.Load(walk.Other, from);
        walk.Best.Reset(row.Length + 1);
        walk.Best.Offer(to, table.Similarity(walk.Other, to));
        foreach (var neighbour in row)
            walk.Best.Offer(neighbour, table.Similarity(walk.Other, neighbour));
        var kept = Choose(walk.Best, row.Length, from, walk);
        for (var at = 0; at < row.Length; at++)
            Volatile.Write(ref row[at], at < kept ? walk.Chosen[at] : None);
    }

    /// <summary>
    /// Puts into <see cref="Walk.Chosen"/> those candidates, best first, that are nearer to <paramref name="of"/> than
    /// to any chosen before, and returns how many they are.
    /// </summary>
    private int Choose(Nearest candidates, int most, int of, Walk walk)
    {
        var chosen = walk.Chosen;
        var count = 0;
        for (var at = 0; at < candidates.Count && count < most; at++)
        {
            var candidate = candidates.Slot(at);
            if (candidate == of)
                continue;
            if (count > 0)
                table.Load(walk.Other, candidate);
            if (!Shadowed(candidates.Similarity(at), chosen.AsSpan(0, count), walk.Other))
                chosen[count++] = candidate;
        }
        return count;
    }

    private bool Shadowed(float similarity, ReadOnlySpan<int> chosen, Probe candidate)
    {
        foreach (var slot in chosen)
        {
            if (table.Similarity(candidate, slot) > similarity)
                return true;
        }
        return false;
    }

    // Drawn from the slot's number, so that the same slots always make the same levels.
    private int Level(int slot)
    {
        var bits = ((ulong)slot + 1) * 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        var uniform = (((bits ^ (bits >> 31)) >> 11) + 1) / (double)(1UL << 53);
        return (int)Math.Min(HighestLevel, -Math.Log(uniform) / Math.Log(_links));
    }
}
