using System.Globalization;

namespace Millrace.Bench.Measuring;

/// <summary>A table for people and a last line for programs.</summary>
internal sealed class Report(string name, params string[] columns)
{
    private readonly List<string[]> _rows = [columns];
    private readonly List<string> _result = [];

    public Report Row(params object[] cells)
    {
        _rows.Add([.. cells.Select(Text)]);
        return this;
    }

    public Report Row(string label, Lap lap) =>
        Row(label, Math.Round(lap.Rate), lap.P50, lap.P99, lap.Failed);

    public Report Result(string key, double value)
    {
        _result.Add($"{key}={Text(value)}");
        return this;
    }

    public void Print()
    {
        PrintTable();
        Console.WriteLine($"RESULT {name} {string.Join(' ', _result)}");
    }

    public void PrintTable()
    {
        var widths = columns.Select((_, i) => _rows.Max(row => row[i].Length)).ToArray();
        foreach (var row in _rows)
        {
            Console.WriteLine(
                string.Join(
                    "  ",
                    row.Select(
                        (cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])
                    )
                )
            );
        }
        Console.WriteLine();
    }

    private static string Text(object cell) =>
        cell is double number
            ? number.ToString(number >= 100 ? "0" : "0.###", CultureInfo.InvariantCulture)
            : Convert.ToString(cell, CultureInfo.InvariantCulture)!;
}
