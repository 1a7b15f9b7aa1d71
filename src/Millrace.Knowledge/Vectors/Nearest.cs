namespace Millrace.Knowledge.Vectors;

/// <summary>
/// The most similar of the slots offered, best first, up to a number of them. It also serves as the list of a walk
/// through the graph: each entry may be taken once to look at its neighbours.
/// </summary>
internal sealed class Nearest
{
    private float[] _similarities = [];

    // A slot that has been taken is stored as its complement.
    private int[] _slots = [];
    private int _capacity;
    private int _next;

    public int Count { get; private set; }

    /// <summary>What an offer must exceed.</summary>
    public float Bar { get; private set; }

    public void Reset(int capacity)
    {
        if (_slots.Length < capacity)
        {
            _slots = new int[capacity];
            _similarities = new float[capacity];
        }
        _capacity = capacity;
        _next = 0;
        Count = 0;
        Bar = float.NegativeInfinity;
    }

    public int Slot(int at) => _slots[at] < 0 ? ~_slots[at] : _slots[at];

    public float Similarity(int at) => _similarities[at];

    public void Offer(int slot, float similarity)
    {
        if (similarity <= Bar)
            return;
        var at = Place(similarity);
        var moved = Math.Min(Count, _capacity - 1) - at;
        Array.Copy(_slots, at, _slots, at + 1, moved);
        Array.Copy(_similarities, at, _similarities, at + 1, moved);
        _slots[at] = slot;
        _similarities[at] = similarity;
        _next = Math.Min(_next, at);
        if (Count < _capacity)
            Count++;
        if (Count == _capacity)
            Bar = _similarities[Count - 1];
    }

    /// <summary>The best that has not been taken yet; below zero when all have.</summary>
    public int Take()
    {
        while (_next < Count && _slots[_next] < 0)
            _next++;
        if (_next == Count)
            return -1;
        var slot = _slots[_next];
        _slots[_next++] = ~slot;
        return slot;
    }

    // Behind those that are as similar: the first that was offered stays ahead.
    private int Place(float similarity)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (_similarities[middle] >= similarity)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
