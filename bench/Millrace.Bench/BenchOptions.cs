using System.Globalization;

namespace Millrace.Bench;

/// <summary>What stands behind a bench's name: pairs of <c>--name value</c>.</summary>
internal sealed class BenchOptions(string[] line)
{
    /// <summary>How often each contender takes its turn.</summary>
    public int Rounds => Number("--rounds", 7);

    /// <summary>How long a turn lasts.</summary>
    public TimeSpan Lap => TimeSpan.FromSeconds(Number("--seconds", 3));

    /// <summary>What each contender runs before it is measured: code compiled ahead takes some seconds to become fast.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Number("--warm-up", 10));

    public int Number(string name, int otherwise) =>
        Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public string? Text(string name)
    {
        var at = Array.IndexOf(line, name);
        return at >= 0 && at + 1 < line.Length ? line[at + 1] : null;
    }
}
