using System.Collections.Concurrent;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// The vectors of an index from one rebuild to the next. A vector is written once, into the next slot; a newer one of
/// the same key takes another slot, and the old one stays until the next rebuild, seen by no search. Writers come one
/// at a time; the graph grows beside them; searches take no lock.
/// </summary>
internal sealed partial class Generation<TKey>(int dimensions, VectorIndexOptions options)
    where TKey : unmanaged, IEquatable<TKey>
{
    // A rebuild for fewer gains nothing, and a batch of more would keep them out of the graph for longer.
    private const int Few = 1024;

    // As many as each search may compare beside the graph at no cost that one would notice.
    private const int Newest = 64;

    private readonly CodeTable _table = new(dimensions, options.RescoreUpTo);
    private readonly Rows<TKey> _keys = new(1);

    // A search that has begun when there were this many slots sees the slot no more: so a search sees either a key's
    // old vector or its new one, never both, and never none.
    private readonly Rows<int> _until = new(1);
    private readonly ConcurrentDictionary<TKey, int> _slots = new();
    private readonly WalkPool _walks = new(dimensions, 2 * options.Links);
    private HnswGraph? _graph;
    private int _count;
    private int _live;

    /// <summary>Keys that have a vector.</summary>
    public int Live => Volatile.Read(ref _live);

    public long Bytes => _table.Bytes + _keys.Bytes + _until.Bytes + (_graph?.Bytes ?? 0);

    /// <summary>So much was removed or replaced that a rebuild saves a fifth or more.</summary>
    public bool IsWasteful => _count - Live is var gone && gone >= Few && gone > _count / 5;

    /// <summary>The graph should take in what came since.</summary>
    public bool IsBehind => _count >= options.GraphFrom && _count - (_graph?.Count ?? 0) >= Newest;

    public void Put(TKey key, ReadOnlySpan<float> vector)
    {
        _table.Write(_count, vector);
        Publish(key);
    }

    public bool Remove(TKey key)
    {
        if (!_slots.TryRemove(key, out var slot))
            return false;
        Volatile.Write(ref _until[slot], 0);
        _live--;
        return true;
    }

    /// <summary>The same vectors without what was removed; its graph has yet to grow.</summary>
    public Generation<TKey> Compacted()
    {
        var next = new Generation<TKey>(dimensions, options);
        for (var slot = 0; slot < _count; slot++)
        {
            if (_until[slot] != int.MaxValue)
                continue;
            next._table.Copy(next._count, _table, slot);
            next.Publish(_keys[slot]);
        }
        return next;
    }

    /// <summary>Takes some of the waiting slots into the graph; for one thread at a time.</summary>
    public void GrowGraph()
    {
        var graph = _graph ?? new HnswGraph(_table, options);
        graph.Grow(Math.Min(Volatile.Read(ref _count), graph.Count + Few), _walks);
        Volatile.Write(ref _graph, graph);
    }

    private void Publish(TKey key)
    {
        var slot = _count;
        _keys.Reserve(slot + 1);
        _until.Reserve(slot + 1);
        _keys[slot] = key;
        _until[slot] = int.MaxValue;
        if (_slots.TryGetValue(key, out var older))
            Volatile.Write(ref _until[older], slot + 1);
        else
            _live++;
        Volatile.Write(ref _count, slot + 1);
        _slots[key] = slot;
    }
}
