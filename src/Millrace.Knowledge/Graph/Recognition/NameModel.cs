using System.Globalization;

namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Types of what the graph reads in texts.</summary>
internal static class EntityTypes
{
    public const string Person = "person";
    public const string Organization = "organization";
    public const string Place = "place";

    /// <summary>In the order of the weights, of which the first is for a word that is no name.</summary>
    public static readonly string[] All = ["", Person, Organization, Place];
}

/// <summary>A stretch of words that may be a name, and what holds of it.</summary>
internal readonly record struct NameSpan(int First, int Last, int[] Features);

/// <summary>A sentence cut into names and other words, by the best sum of weights.</summary>
internal readonly record struct DecodedName(NameSpan Span, int Type);

/// <summary>
/// What each feature weighs for each type: a semi-Markov conditional random field, which scores whole names instead of
/// words. The weights come from <c>names-model.txt</c>, which <c>bench/run.sh names --write</c> makes.
/// </summary>
internal sealed class NameModel(NameFeatureIds ids, float[] weights)
{
    public const int Types = 4;

    private static readonly Lazy<NameModel> OfResource = new(ReadResource);

    public static NameModel Shipped => OfResource.Value;

    public NameFeatureIds Ids => ids;

    /// <summary>The best way to cut a sentence, in order.</summary>
    /// <param name="none">The features of each word as none of a name; of a small word none.</param>
    /// <param name="spans">By where they begin.</param>
    public List<DecodedName> Decode(int[][] none, IReadOnlyList<NameSpan> spans)
    {
        var best = new float[none.Length + 1];
        var name = new DecodedName?[none.Length + 1];
        Array.Fill(best, float.NegativeInfinity);
        best[0] = 0;
        var next = 0;
        for (var at = 0; at < none.Length; at++)
        {
            if (best[at] + Score(none[at], 0) is var score && score > best[at + 1])
                (best[at + 1], name[at + 1]) = (score, null);
            for (; next < spans.Count && spans[next].First == at; next++)
            for (var type = 1; type < Types; type++)
            {
                var end = spans[next].Last + 1;
                score = best[at] + Score(spans[next].Features, type);
                if (score > best[end])
                    (best[end], name[end]) = (score, new DecodedName(spans[next], type));
            }
        }
        return Trace(name);
    }

    /// <summary>The feature that speaks most for a type against the others.</summary>
    public string Reason(DecodedName name)
    {
        var (strongest, most) = ("", float.NegativeInfinity);
        foreach (var feature in name.Span.Features)
        {
            var others = 0f;
            for (var type = 1; type < Types; type++)
                others += weights[feature * Types + type];
            var lead = weights[feature * Types + name.Type] * Types - others;
            if (lead > most)
                (strongest, most) = (ids.Name(feature), lead);
        }
        return strongest;
    }

    public float Score(int[] features, int type)
    {
        var sum = 0f;
        foreach (var feature in features)
            sum += weights[feature * Types + type];
        return sum;
    }

    private static List<DecodedName> Trace(DecodedName?[] name)
    {
        var found = new List<DecodedName>();
        for (var at = name.Length - 1; at > 0; )
        {
            if (name[at] is { } decoded)
                found.Add(decoded);
            at = name[at]?.Span.First ?? at - 1;
        }
        found.Reverse();
        return found;
    }

    private static NameModel ReadResource()
    {
        using var stream = typeof(NameModel).Assembly.GetManifestResourceStream("names-model.txt")!;
        using var reader = new StreamReader(stream);
        return Read(reader);
    }

    /// <summary>Each line is a feature and a weight for each type, in hundredths, parted by tabs.</summary>
    public static NameModel Read(TextReader reader)
    {
        var ids = new NameFeatureIds(grows: false);
        var weights = new List<float>();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t');
            ids.Add(fields[0]);
            foreach (var field in fields[1..])
                weights.Add(int.Parse(field, CultureInfo.InvariantCulture) / 100f);
        }
        return new NameModel(ids, [.. weights]);
    }
}
