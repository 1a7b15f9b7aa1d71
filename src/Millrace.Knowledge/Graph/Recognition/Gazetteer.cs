using System.Text;
using Millrace.Core.Text;
using Millrace.Models.Embedded;

namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>What a name may be.</summary>
[Flags]
internal enum NameKinds
{
    None = 0,
    Person = 1,
    Organization = 2,
    Place = 4,

    /// <summary>Capitalised, and none of the three: a people, a language, a day, a work.</summary>
    Other = 8,

    /// <summary>Also a common word.</summary>
    Common = 16,

    /// <summary>A first or last name of people.</summary>
    HumanName = 32,
    Town = 64,

    /// <summary>A town of more than 100,000.</summary>
    City = 128,

    /// <summary>A country or one of its provinces.</summary>
    Region = 256,
    Company = 512,

    /// <summary>One of the commonest first names of people.</summary>
    FirstName = 1024,

    AnyPlace = Place | Town | City | Region,
}

internal static class NameKindsTest
{
    public static bool HasAny(this NameKinds kinds, NameKinds any) =>
        (kinds & any) != NameKinds.None;
}

/// <summary>
/// The names that ship with the server, from WordNet, city-timezones, humannames and cspell's companies: the file that
/// <c>assets/Gazetteer</c> writes. It is read when it is first asked and takes 5 MB then. Without the file no name is
/// known, and the rules do what they can.
/// </summary>
public sealed class Gazetteer(EmbeddedModelFiles files)
{
    private const string Letters = "polxcntTskf";

    private readonly Lazy<Table> _table = new(() => Table.Read(PathIn(files)));

    /// <summary>Whether the file is there.</summary>
    public bool IsInstalled => File.Exists(PathIn(files));

    /// <summary>As it is written, else without its accents, else by its parts when it is two first names.</summary>
    internal NameKinds Of(string name)
    {
        var key = name.Replace('’', '\'').ToLowerInvariant();
        var kinds = _table.Value.Find(key);
        if (kinds == NameKinds.None && Accents.Without(key) is var bare && bare != key)
            kinds = _table.Value.Find(bare);
        var dash = key.IndexOf('-', StringComparison.Ordinal);
        if (kinds == NameKinds.None && dash > 0)
            kinds = Of(key[..dash]) & Of(key[(dash + 1)..]) & NameKinds.HumanName;
        return kinds;
    }

    private static string PathIn(EmbeddedModelFiles files) =>
        Path.Combine(files.Folder, "names", "gazetteer.txt");

    /// <summary>The lines as they are in the file, ordered by their bytes, and where each begins.</summary>
    private sealed class Table(byte[] text, int[] starts)
    {
        public static Table Read(string path)
        {
            if (!File.Exists(path))
                return new Table([], []);
            var text = File.ReadAllBytes(path);
            var starts = new List<int>(text.AsSpan().Count((byte)'\n'));
            for (var at = 0; at < text.Length; at += text.AsSpan(at).IndexOf((byte)'\n') + 1)
                starts.Add(at);
            return new Table(text, [.. starts]);
        }

        public NameKinds Find(string name)
        {
            var key = Encoding.UTF8.GetBytes(name);
            var (low, high) = (0, starts.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var line = Line(starts[middle]);
                var tab = line.IndexOf((byte)'\t');
                var order = line[..tab].SequenceCompareTo(key);
                if (order == 0)
                    return Kinds(line[(tab + 1)..]);
                if (order < 0)
                    low = middle + 1;
                else
                    high = middle - 1;
            }
            return NameKinds.None;
        }

        private ReadOnlySpan<byte> Line(int start) =>
            text.AsSpan(start, text.AsSpan(start).IndexOf((byte)'\n'));

        private static NameKinds Kinds(ReadOnlySpan<byte> letters)
        {
            var kinds = NameKinds.None;
            foreach (var letter in letters)
                kinds |= (NameKinds)(1 << Letters.IndexOf((char)letter, StringComparison.Ordinal));
            return kinds;
        }
    }
}
