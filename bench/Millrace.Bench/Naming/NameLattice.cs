using Millrace.Knowledge.Graph.Recognition;

namespace Millrace.Bench.Naming;

/// <summary>A sentence with its features, and what is labelled in it.</summary>
/// <param name="Types">The labelled type of each span, 0 for none.</param>
/// <param name="IsNone">Whether a word is in no labelled name.</param>
internal sealed record Example(int[][] None, List<NameSpan> Spans, int[] Types, bool[] IsNone)
{
    /// <returns>Null when a labelled name is none of the stretches that are looked at.</returns>
    public static Example? Of(NameSentence sentence, LabelledSentence labelled, NameFeatureIds ids)
    {
        var (none, spans) = EntityRecognizer.Read(sentence, new NameFeatureList(ids));
        var types = new int[spans.Count];
        var isNone = new bool[none.Length];
        Array.Fill(isNone, true);
        var from = 0;
        foreach (var name in labelled.Entities)
        {
            from = labelled.Text.IndexOf(name.Text, from, StringComparison.Ordinal);
            var at = spans.FindIndex(span =>
                sentence.Entity(span.First, span.Last, name.Type, "") is var entity
                && entity.Start == from
                && entity.Text == name.Text
            );
            if (at < 0)
                return null;
            types[at] = Array.IndexOf(EntityTypes.All, name.Type);
            isNone.AsSpan(spans[at].First..(spans[at].Last + 1)).Clear();
            from += name.Text.Length;
        }
        return new Example(none, spans, types, isNone);
    }
}

/// <summary>How likely each name and each other word of a sentence is, over all ways to cut it.</summary>
internal sealed class NameLattice
{
    private readonly Example _example;
    private readonly double[] _none;
    private readonly double[][] _names;
    private readonly double[] _until;
    private readonly double[] _from;

    public NameLattice(Example example, Func<int[], int, double> score)
    {
        _example = example;
        var count = example.None.Length;
        _none = [.. example.None.Select(features => score(features, 0))];
        _names =
        [
            .. example.Spans.Select(span =>
                Enumerable
                    .Range(0, NameModel.Types)
                    .Select(type => type == 0 ? 0 : score(span.Features, type))
                    .ToArray()
            ),
        ];
        _until = Empty(count + 1);
        _from = Empty(count + 1);
        _until[0] = 0;
        _from[count] = 0;
        var spans = Enumerable.Range(0, _names.Length);
        var ending = spans.ToLookup(span => example.Spans[span].Last);
        var beginning = spans.ToLookup(span => example.Spans[span].First);
        for (var at = 0; at < count; at++)
        {
            _until[at + 1] = _until[at] + _none[at];
            foreach (var span in ending[at])
                for (var type = 1; type < NameModel.Types; type++)
                    _until[at + 1] = LogOfSum(
                        _until[at + 1],
                        _until[example.Spans[span].First] + _names[span][type]
                    );
        }
        for (var at = count - 1; at >= 0; at--)
        {
            _from[at] = _from[at + 1] + _none[at];
            foreach (var span in beginning[at])
                for (var type = 1; type < NameModel.Types; type++)
                    _from[at] = LogOfSum(
                        _from[at],
                        _from[example.Spans[span].Last + 1] + _names[span][type]
                    );
        }
    }

    public double OfNone(int at) => Math.Exp(_until[at] + _none[at] + _from[at + 1] - _until[^1]);

    public double OfName(int span, int type) =>
        Math.Exp(
            _until[_example.Spans[span].First]
                + _names[span][type]
                + _from[_example.Spans[span].Last + 1]
                - _until[^1]
        );

    private static double[] Empty(int count)
    {
        var values = new double[count];
        Array.Fill(values, double.NegativeInfinity);
        return values;
    }

    private static double LogOfSum(double one, double other)
    {
        var (more, less) = one < other ? (other, one) : (one, other);
        return double.IsNegativeInfinity(less) ? more : more + Math.Log(1 + Math.Exp(less - more));
    }
}
