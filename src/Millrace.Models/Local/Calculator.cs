using System.Globalization;

namespace Millrace.Models.Local;

/// <summary>
/// A calculator over decimal numbers: <c>+ - * / % ^</c>, parentheses, unary minus, factorial, percent,
/// functions (sqrt, cbrt, abs, round, floor, ceil, min, max, sum, avg, log, ln, exp, sin, cos, tan), pi and e, unicode
/// operators, thousands separators, and English words ("three times the square root of 16", "15% of 80").
/// A percentage after plus or minus is of what stands before it: <c>50 + 10%</c> is 55.
/// </summary>
public static class Calculator
{
    private const int LongestExpression = 2000;

    /// <summary>
    /// The value of an expression, exact to 28 digits where decimals can be. On failure <paramref name="error"/> is a
    /// plain sentence for the user.
    /// </summary>
    public static bool TryEvaluate(string expression, out decimal value, out string? error)
    {
        value = 0;
        if (expression.Length > LongestExpression)
        {
            error = $"The expression is longer than {LongestExpression} characters.";
            return false;
        }
        try
        {
            value = new CalculatorParser(CalculatorTokens.Read(expression)).Evaluate();
            error = null;
            return true;
        }
        catch (CalculatorException failure)
        {
            error = failure.Message;
        }
        catch (DivideByZeroException)
        {
            error = "Division by zero has no value.";
        }
        catch (OverflowException)
        {
            error = "The result is too large: this calculator holds numbers up to 7.9e28.";
        }
        return false;
    }

    /// <summary>The value as people write it: no trailing zeros, at most 12 places.</summary>
    public static string Format(decimal value)
    {
        var rounded = Round(value);
        return rounded.ToString("0.############################", CultureInfo.InvariantCulture);
    }

    /// <summary>False when <see cref="Format"/> leaves digits out.</summary>
    public static bool IsExact(decimal value) => Round(value) == value;

    // Twelve places, or twelve significant digits for what is smaller.
    private static decimal Round(decimal value)
    {
        var size = Math.Abs(value);
        var places = size is 0 or >= 0.001m
            ? 12
            : Math.Min(28, 12 + (int)-Math.Log10((double)size));
        return decimal.Round(value, places);
    }
}
