using System.Globalization;
using System.Text;

namespace Millrace.Tests.Knowledge.Quality;

/// <summary>Counts what came out right, for all questions and for each part of them.</summary>
internal sealed class Figures
{
    private readonly List<(string Figure, string Part, bool IsRight)> _outcomes = [];

    public void Add(string figure, LabelledQuestion question, bool isRight)
    {
        foreach (var part in new[] { "all", question.IsOdd ? "odd" : "even", question.Kind })
            _outcomes.Add((figure, part, isRight));
    }

    public double Of(string figure) => Share(figure, "all")!.Value;

    /// <summary>A row a figure, a column a part.</summary>
    public string Table()
    {
        string[] parts = ["all", "odd", "even", "plain", "paraphrase", "distractor", "near", "far"];
        var table = new StringBuilder($"{"", -36}");
        foreach (var part in parts)
            table.Append($"{part, 12}");
        foreach (var figure in _outcomes.Select(outcome => outcome.Figure).Distinct())
        {
            table.Append($"\n{figure, -36}");
            foreach (var part in parts)
                table.Append(
                    CultureInfo.InvariantCulture,
                    $"{Share(figure, part)?.ToString("0.000", CultureInfo.InvariantCulture), 12}"
                );
        }
        return table.ToString();
    }

    private double? Share(string figure, string part)
    {
        var counted = _outcomes
            .Where(outcome => outcome.Figure == figure && outcome.Part == part)
            .ToList();
        return counted.Count == 0 ? null : counted.Average(outcome => outcome.IsRight ? 1 : 0);
    }
}
