using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>Finds the calculation that a clause asks for, and says its result.</summary>
internal static partial class Arithmetic
{
    /// <summary>The expression in the clause, or null when it asks for none.</summary>
    public static string? Find(Clause clause)
    {
        if (clause.Text.Length > 2500 || !MayCalculate().IsMatch(clause.Plain))
        {
            return null;
        }
        var whole = Strip(clause);
        if (whole.Length == 0 || DateLike().IsMatch(whole))
        {
            return null;
        }
        var (reads, _) = Read(whole);
        if (reads)
        {
            return whole;
        }
        var span = Spans().Matches(clause.Plain).MaxBy(match => match.Length)?.Value.Trim();
        return span is not null && !DateLike().IsMatch(clause.Plain) && Read(span).Reads
            ? span
            : null;
    }

    public static Reply? Answer(Clause clause)
    {
        if (Find(clause) is not { } expression)
        {
            return null;
        }
        if (!Calculator.TryEvaluate(expression, out var value, out var error))
        {
            return new Reply(
                $"{Shown(expression)}: {char.ToLowerInvariant(error![0])}{error[1..]}"
            );
        }
        return new Reply(Equation(expression, value), Calculator.Format(value));
    }

    /// <summary>"17*23 = 391."</summary>
    public static string Equation(string expression, decimal value) =>
        $"{Shown(expression)} {(Calculator.IsExact(value) ? "=" : "≈")} {Calculator.Format(value)}.";

    // An expression counts when it holds an operation; a lone number or a stray bracket is no question of arithmetic.
    private static (bool Reads, string? Error) Read(string expression)
    {
        if (!HasOperation().IsMatch(expression))
        {
            return (false, null);
        }
        var reads = Calculator.TryEvaluate(expression, out _, out var error);
        var isPlainRefusal =
            error is not null && !error.StartsWith("I can't read", StringComparison.Ordinal);
        return (reads || (isPlainRefusal && OnlyArithmetic().IsMatch(expression)), error);
    }

    private static string Strip(Clause clause)
    {
        var plain = clause.Text.EndsWith('!') ? clause.Text : clause.Plain;
        plain = LeadIn().Replace(plain.Trim('`', '"', '\'', ' '), "");
        return LeadOut().Replace(plain, "").Trim('`', '"', '\'', ' ', ':');
    }

    private static string Shown(string expression) =>
        expression.Length <= 80 ? expression : expression.CutTo(77) + "…";

    [GeneratedRegex(
        @"[0-9√π]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand|million|billion)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex MayCalculate();

    [GeneratedRegex(
        @"^(?:(?:and|so|please|now|then|also|can you|could you|would you|tell me|do you know|i (?:want|need) to know|use the calculator (?:tool )?to|with the calculator,?|what(?: is|'s|s)?|how much (?:is|are|does|do|will)|how many (?:is|are)|what does|calculate|compute|evaluate|solve|work out|figure out|find|give me|show me|the (?:result|value|answer) (?:of|to)|result of|value of|answer to|is)\b[:,]?\s*)+",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex LeadIn();

    [GeneratedRegex(
        @"(?:\s*(?:=|\bequals?\b(?: to)?|\bmake\b|\bcome to\b|\bin total\b|\bplease\b|\bfor me\b|\?|\bby hand\b|\bexactly\b|\busing the calculator\b|\bwith the calculator\b|,)\s*)+$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex LeadOut();

    [GeneratedRegex(
        @"[+*/^×÷√²³!·%−-]|\b(?:plus|minus|times|x|divided|multiplied|over|mod|modulo|squared|cubed|percent|power|root|of|off|sqrt|cbrt|abs|round|floor|ceil|min|max|sum|avg|average|mean|log|ln|exp|sin|cos|tan|double|twice|triple|half|factorial|product|difference|raised|absolute|add|subtract)(?:\b|(?=\d))|\d\s*x\s*\d|\d\(|\)\d",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex HasOperation();

    [GeneratedRegex(
        @"^(?:[\d\s+*/^×÷√²³!·%−().,\[\]π-]|\b(?:plus|minus|times|x|divided|multiplied|by|over|mod|modulo|squared|cubed|percent|to|the|power|square|root|of|off|a|sqrt|log|ln|exp|round|abs|min|max|sum|and|average|raised|zero|one|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand|million|billion|minus|negative|factorial)\b)+$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex OnlyArithmetic();

    // A calculation inside a sentence. A bare hyphen or slash between digits may be a date or a range, so those need spaces.
    [GeneratedRegex(
        @"(?:(?:sqrt|abs|round|min|max|log|ln)?\(\s*)*-?\d[\d,.]*%?\)*(?:\s*(?:[*^×÷+]|\*\*|(?<=\s)[-−/](?=\s)|\bplus\b|\bminus\b|\btimes\b|\bdivided by\b|\bmultiplied by\b|(?<=%\s?)of\b|percent of\b)\s*(?:(?:sqrt|abs|round|min|max|log|ln)?\(\s*)*-?\d[\d,.]*%?\)*)+",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Spans();

    [GeneratedRegex(
        @"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}:\d{2}\b",
        RegexOptions.None,
        1000
    )]
    private static partial Regex DateLike();
}
