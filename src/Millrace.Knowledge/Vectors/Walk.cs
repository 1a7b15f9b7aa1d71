namespace Millrace.Knowledge.Vectors;

/// <summary>What one search or one insertion needs while it lasts; used by one thread, then by the next.</summary>
internal sealed class Walk(int dimensions, int links)
{
    private byte[] _marks = [];
    private byte _mark;

    /// <summary>The query, or the vector that is being inserted.</summary>
    public Probe Probe { get; } = new(dimensions);

    /// <summary>A stored vector that others are compared with.</summary>
    public Probe Other { get; } = new(dimensions);

    /// <summary>The nearest found so far.</summary>
    public Nearest Found { get; } = new();

    /// <summary>A second list: a search's answer, or a full node's neighbours in order.</summary>
    public Nearest Best { get; } = new();

    /// <summary>Neighbours about to be compared.</summary>
    public int[] Fresh { get; } = new int[links];

    /// <summary>Neighbours chosen.</summary>
    public int[] Chosen { get; } = new int[links];

    /// <summary>Forgets which of <paramref name="slots"/> slots were seen.</summary>
    public void Forget(int slots)
    {
        if (_marks.Length < slots)
        {
            _marks = new byte[slots + (slots / 4)];
            _mark = 0;
        }
        if (++_mark != 0)
            return;
        Array.Clear(_marks);
        _mark = 1;
    }

    /// <summary>True the first time.</summary>
    public bool See(int slot)
    {
        if (_marks[slot] == _mark)
            return false;
        _marks[slot] = _mark;
        return true;
    }
}
