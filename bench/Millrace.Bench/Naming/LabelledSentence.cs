using System.Globalization;
using System.Text.Json;
using Millrace.Knowledge.Graph.Recognition;

namespace Millrace.Bench.Naming;

/// <summary>A sentence and the names in it, as <c>Data/graph/README.md</c> of the tests says.</summary>
internal sealed record LabelledSentence(string Id, string Text, List<LabelledName> Entities)
{
    private const string Folder = "tests/Millrace.Tests/Knowledge/Quality/Data/graph";

    public bool IsOdd => int.Parse(Id[1..], CultureInfo.InvariantCulture) % 2 == 1;

    public static List<LabelledSentence> Read(string file) =>
        JsonSerializer.Deserialize<List<LabelledSentence>>(
            File.ReadAllText(Path.Combine(Folder, file)),
            JsonSerializerOptions.Web
        )!;
}

internal sealed record LabelledName(string Text, string Type);

/// <summary>How many names were found, wanted, and both.</summary>
internal sealed class NameCounts
{
    private int _right;
    private int _given;
    private int _wanted;

    public double Precision => (double)_right / _given;
    public double Recall => (double)_right / _wanted;
    public double F1 => 2.0 * _right / (_given + _wanted);

    public void Add(EntityRecognizer recognizer, LabelledSentence sentence)
    {
        var left = sentence.Entities.ToList();
        var found = recognizer.Recognize(sentence.Text);
        _given += found.Count;
        _wanted += left.Count;
        _right += found.Count(entity => left.Remove(new LabelledName(entity.Text, entity.Type)));
    }

    public void Add(NameCounts other)
    {
        _right += other._right;
        _given += other._given;
        _wanted += other._wanted;
    }
}
