using System.Collections.Frozen;

namespace Millrace.Models.Local;

/// <summary>The functions and constants that the calculator knows by name.</summary>
internal static class CalculatorFunctions
{
    public static readonly FrozenDictionary<string, decimal> Constants = new Dictionary<
        string,
        decimal
    >
    {
        ["pi"] = 3.1415926535897932384626433833m,
        ["e"] = 2.7182818284590452353602874714m,
    }.ToFrozenDictionary();

    public static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet([
        "sqrt",
        "cbrt",
        "abs",
        "round",
        "floor",
        "ceil",
        "min",
        "max",
        "sum",
        "avg",
        "product",
        "difference",
        "log",
        "ln",
        "exp",
        "sin",
        "cos",
        "tan",
        "double",
        "triple",
        "half",
        "third",
        "quarter",
        "square",
        "cube",
    ]);

    public static decimal Apply(string name, List<decimal> arguments)
    {
        if (arguments.Count == 0)
        {
            throw new CalculatorException($"{name} needs a number.");
        }
        var x = arguments[0];
        return (name, arguments.Count) switch
        {
            ("min", _) => arguments.Min(),
            ("max", _) => arguments.Max(),
            ("sum", _) => arguments.Sum(),
            ("avg", _) => arguments.Sum() / arguments.Count,
            ("product", _) => arguments.Aggregate(1m, (product, factor) => product * factor),
            ("difference", 2) => Math.Abs(x - arguments[1]),
            ("round", 1) => decimal.Round(x, MidpointRounding.AwayFromZero),
            ("round", 2) => decimal.Round(x, Places(arguments[1]), MidpointRounding.AwayFromZero),
            ("log", 2) => FromDouble(Math.Log(Positive(x, name), Positive(arguments[1], name))),
            (_, > 1) => throw new CalculatorException($"{name} takes one number."),
            ("sqrt", _) => SquareRoot(x),
            ("cbrt", _) => CubeRoot(x),
            ("abs", _) => Math.Abs(x),
            ("floor", _) => Math.Floor(x),
            ("ceil", _) => Math.Ceiling(x),
            ("log", _) => FromDouble(Math.Log10(Positive(x, name))),
            ("ln", _) => FromDouble(Math.Log(Positive(x, name))),
            ("exp", _) => FromDouble(Math.Exp((double)x)),
            ("sin", _) => FromDouble(Math.Sin((double)x)),
            ("cos", _) => FromDouble(Math.Cos((double)x)),
            ("tan", _) => FromDouble(Math.Tan((double)x)),
            ("double", _) => x * 2,
            ("triple", _) => x * 3,
            ("half", _) => x / 2,
            ("third", _) => x / 3,
            ("quarter", _) => x / 4,
            ("square", _) => x * x,
            ("cube", _) => x * x * x,
            _ => throw new CalculatorException($"{name} doesn't take these numbers."),
        };
    }

    public static decimal Power(decimal value, decimal exponent)
    {
        if (exponent != decimal.Truncate(exponent))
        {
            return value >= 0
                ? FromDouble(Math.Pow((double)value, (double)exponent))
                : throw new CalculatorException(
                    "A negative number has no real power with a fraction."
                );
        }
        if (exponent < 0)
        {
            return value == 0 ? throw new DivideByZeroException() : 1 / Power(value, -exponent);
        }
        if (value is 0 or 1 or -1)
        {
            return value == 0 ? (exponent == 0 ? 1 : 0) : (exponent % 2 == 0 ? 1 : value);
        }
        if (exponent > 100_000)
        {
            return Math.Abs(value) > 1 ? throw new OverflowException() : 0;
        }
        var result = 1m;
        for (var left = (int)exponent; left > 0; left >>= 1)
        {
            result = (left & 1) == 1 ? result * value : result;
            value = left > 1 ? value * value : value;
        }
        return result;
    }

    public static decimal Factorial(decimal value)
    {
        if (value < 0 || value != decimal.Truncate(value))
        {
            throw new CalculatorException("A factorial needs a whole number from 0.");
        }
        if (value > 27)
        {
            throw new OverflowException();
        }
        var result = 1m;
        for (var factor = 2m; factor <= value; factor++)
        {
            result *= factor;
        }
        return result;
    }

    private static decimal SquareRoot(decimal value)
    {
        if (value < 0)
        {
            throw new CalculatorException("A negative number has no real square root.");
        }
        if (value == 0)
        {
            return 0;
        }
        // Newton's step takes the 15 digits of a double to the 28 of a decimal.
        var root = (decimal)Math.Sqrt((double)value);
        root = root == 0 ? value : (root + (value / root)) / 2;
        var near = decimal.Round(root, 12);
        return near != 0 && Math.Abs(near) < 1e13m && near * near == value ? near : root;
    }

    private static decimal CubeRoot(decimal value)
    {
        var root = (decimal)Math.Cbrt((double)value);
        var near = decimal.Round(root, 9);
        return Math.Abs(near) < 1e9m && near * near * near == value ? near : root;
    }

    // A double's last digit is noise; without it sin(pi) would not be 0.
    private static decimal FromDouble(double value) =>
        double.IsFinite(value) ? decimal.Round((decimal)value, 13) : throw new OverflowException();

    private static double Positive(decimal value, string name) =>
        value > 0
            ? (double)value
            : throw new CalculatorException($"{name} needs a number above 0.");

    private static int Places(decimal value) =>
        value is >= 0 and <= 28 && value == decimal.Truncate(value)
            ? (int)value
            : throw new CalculatorException("round takes 0 to 28 places.");
}
