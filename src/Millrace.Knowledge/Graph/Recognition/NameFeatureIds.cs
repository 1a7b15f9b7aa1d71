namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Numbers for the names of features. A model knows those that weigh something; training adds what it meets.</summary>
internal sealed class NameFeatureIds(bool grows)
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public int Count => _names.Count;

    public string Name(int id) => _names[id];

    public int Add(string name)
    {
        _ids.Add(name, _names.Count);
        _names.Add(name);
        return _names.Count - 1;
    }

    public bool TryGet(ReadOnlySpan<char> name, out int id)
    {
        if (_ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out id))
            return true;
        if (grows)
            id = Add(name.ToString());
        return grows;
    }
}

/// <summary>Collects the features of one thing after another, without making a string of each.</summary>
internal sealed class NameFeatureList(NameFeatureIds ids)
{
    private const int LongestValue = 60;

    private readonly char[] _name = new char[LongestValue * 4];
    private readonly List<int> _found = [];
    private int _length;

    public int[] Take()
    {
        int[] taken = [.. _found];
        _found.Clear();
        return taken;
    }

    public void Add(string name)
    {
        Write(name);
        End();
    }

    public void Add(string name, ReadOnlySpan<char> value)
    {
        Write(name);
        Write("=");
        Write(value);
        End();
    }

    public void Add(string name, ReadOnlySpan<char> value, ReadOnlySpan<char> other)
    {
        Write(name);
        Write("=");
        Write(value);
        Write("|");
        Write(other);
        End();
    }

    private void Write(ReadOnlySpan<char> text)
    {
        var part = text[..Math.Min(text.Length, LongestValue)];
        part.CopyTo(_name.AsSpan(_length));
        _length += part.Length;
    }

    private void End()
    {
        if (ids.TryGet(_name.AsSpan(0, _length), out var id))
            _found.Add(id);
        _length = 0;
    }
}
