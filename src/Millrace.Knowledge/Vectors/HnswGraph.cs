using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// A hierarchical navigable small world (Malkov and Yashunin, 2016) over the slots of a code table, as flat rows of
/// slot numbers that end at the first -1. Searches take no lock: a row that is being changed shows a mixture of old and
/// new neighbours, and each of them is a slot whose codes are complete. Slots enter in order; <see cref="Count"/> says
/// how many have.
/// </summary>
internal sealed partial class HnswGraph(CodeTable table, VectorIndexOptions options)
{
    private sealed record Entry(int Slot, int Level);

    private const int None = -1;

    private readonly int _links = options.Links;

    // The ground level has twice the neighbours of the levels above it.
    private readonly Rows<int> _ground = new(2 * options.Links);
    private readonly Rows<int> _upper = new(options.Links);

    // Where a slot's rows of the upper levels begin, the first level's first.
    private readonly Rows<int> _upperAt = new(1);
    private int _upperRows;
    private Entry? _entry;
    private int _count;

    /// <summary>The slots below this are in the graph.</summary>
    public int Count => Volatile.Read(ref _count);

    public long Bytes => _ground.Bytes + _upper.Bytes + _upperAt.Bytes;

    /// <summary>
    /// Leaves in <see cref="Walk.Found"/> the <paramref name="width"/> slots nearest to the walk's probe, of those
    /// below <paramref name="slots"/>.
    /// </summary>
    public void Search(Walk walk, int width, int slots)
    {
        walk.Found.Reset(width);
        if (Volatile.Read(ref _entry) is not { } entry || entry.Slot >= slots)
            return;
        var nearest = entry.Slot;
        var similarity = table.Similarity(walk.Probe, nearest);
        for (var level = entry.Level; level > 0; level--)
            Descend(walk.Probe, level, slots, ref nearest, ref similarity);
        walk.Found.Offer(nearest, similarity);
        Spread(walk, 0, slots);
    }

    /// <summary>Goes to the nearest slot of a level by steps that each come nearer.</summary>
    private void Descend(Probe probe, int level, int slots, ref int nearest, ref float similarity)
    {
        for (var from = None; from != nearest; )
        {
            from = nearest;
            foreach (ref var link in Row(from, level))
            {
                if (Volatile.Read(ref link) is var slot && slot == None)
                    break;
                if (slot >= slots)
                    continue;
                var other = table.Similarity(probe, slot);
                if (other > similarity)
                    (nearest, similarity) = (slot, other);
            }
        }
    }

    /// <summary>Looks at the neighbours of the best found until the best have no nearer ones.</summary>
    private void Spread(Walk walk, int level, int slots)
    {
        var found = walk.Found;
        var fresh = walk.Fresh;
        walk.Forget(slots);
        for (var at = 0; at < found.Count; at++)
            walk.See(found.Slot(at));
        while (found.Take() is var from and >= 0)
        {
            var count = 0;
            foreach (ref var link in Row(from, level))
            {
                if (Volatile.Read(ref link) is var slot && slot == None)
                    break;
                if (slot >= slots || !walk.See(slot))
                    continue;
                table.Prefetch(slot);
                fresh[count++] = slot;
            }
            for (var at = 0; at < count; at++)
                found.Offer(fresh[at], table.Similarity(walk.Probe, fresh[at]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<int> Row(int slot, int level) =>
        level == 0 ? _ground.Row(slot) : _upper.Row(_upperAt[slot] + level - 1);
}
