namespace Millrace.Models.Local;

/// <summary>Why an expression has no value, in words for the user.</summary>
internal sealed class CalculatorException(string message) : Exception(message);

/// <summary>Evaluates tokens by recursive descent; each level binds tighter than the one before it.</summary>
internal sealed class CalculatorParser(List<CalculatorToken> tokens)
{
    private const int DeepestNesting = 100;
    private int _at;
    private int _depth;

    public decimal Evaluate()
    {
        if (tokens.Count == 0)
        {
            throw new CalculatorException("There is nothing to calculate.");
        }
        var value = Sum();
        return _at == tokens.Count
            ? value
            : throw new CalculatorException($"I can't read “{tokens[_at].Text}” at that place.");
    }

    private decimal Sum()
    {
        if (++_depth > DeepestNesting)
        {
            throw new CalculatorException("The expression is nested too deeply.");
        }
        var value = Product();
        while (Take("+", "-") is { } sign)
        {
            var start = _at;
            var right = Product();
            var isPercentage =
                _at > start && tokens[_at - 1].Text == "%" && IsPlainPercentage(start);
            right = isPercentage ? value * right : right;
            value = sign == "+" ? value + right : value - right;
        }
        _depth--;
        return value;
    }

    private bool IsPlainPercentage(int start) =>
        _at - start == 2 && tokens[start].Number is not null;

    private decimal Product()
    {
        var value = Unary();
        while (true)
        {
            if (Take("*", "/", "mod", "of", "off") is { } sign)
            {
                var right = Unary();
                value = sign switch
                {
                    "/" => value / right,
                    "mod" => Modulo(value, right),
                    "off" => right - (value * right),
                    _ => value * right,
                };
            }
            else if (Next("(") || Next("pi") || NextIsFunction())
            {
                value *= Unary(); // 2(3+4), 2pi
            }
            else
            {
                return value;
            }
        }
    }

    private decimal Unary()
    {
        if (++_depth > DeepestNesting)
        {
            throw new CalculatorException("The expression is nested too deeply.");
        }
        var value =
            Take("-") is not null ? -Unary()
            : Take("+") is not null ? Unary()
            : Power();
        _depth--;
        return value;
    }

    private decimal Power()
    {
        var value = Postfix();
        return Take("^") is null ? value : CalculatorFunctions.Power(value, Unary());
    }

    private decimal Postfix()
    {
        var value = Primary();
        while (true)
        {
            if (Next("%") && !StartsOperand(_at + 1))
            {
                _at++;
                value /= 100;
            }
            else if (Take("%") is not null)
            {
                value = Modulo(value, Unary()); // 17 % 5
            }
            else if (Take("!") is not null)
            {
                value = CalculatorFunctions.Factorial(value);
            }
            else
            {
                return value;
            }
        }
    }

    private decimal Primary()
    {
        if (_at == tokens.Count)
        {
            throw new CalculatorException("The expression ends too early.");
        }
        var token = tokens[_at++];
        if (token.Number is { } number)
        {
            return number;
        }
        if (token.Text == "(")
        {
            var value = Sum();
            Expect(")");
            return value;
        }
        if (CalculatorFunctions.Constants.TryGetValue(token.Text, out var constant))
        {
            return constant;
        }
        return CalculatorFunctions.Known.Contains(token.Text)
            ? CalculatorFunctions.Apply(token.Text, Arguments())
            : throw new CalculatorException($"I can't read “{token.Text}” at that place.");
    }

    private List<decimal> Arguments()
    {
        Take("of");
        if (!Next("("))
        {
            var alone = new List<decimal> { Unary() }; // sqrt 16, sum of 1, 2 and 3
            while (Take(",") is not null)
            {
                alone.Add(Unary());
            }
            return alone;
        }
        _at++;
        var arguments = new List<decimal>();
        if (Take(")") is not null)
        {
            return arguments;
        }
        do
        {
            arguments.Add(Sum());
        } while (Take(",") is not null);
        Expect(")");
        return arguments;
    }

    private static decimal Modulo(decimal value, decimal by) =>
        by == 0 ? throw new DivideByZeroException() : value % by;

    private bool Next(string text) =>
        _at < tokens.Count && tokens[_at].Number is null && tokens[_at].Text == text;

    private bool NextIsFunction() =>
        _at < tokens.Count
        && tokens[_at].Number is null
        && CalculatorFunctions.Known.Contains(tokens[_at].Text);

    private bool StartsOperand(int at) =>
        at < tokens.Count && (tokens[at].Number is not null || tokens[at].Text == "(");

    private string? Take(params ReadOnlySpan<string> signs)
    {
        foreach (var sign in signs)
        {
            if (Next(sign))
            {
                _at++;
                return sign;
            }
        }
        return null;
    }

    private void Expect(string text)
    {
        if (Take(text) is null)
        {
            throw new CalculatorException($"A “{text}” is missing.");
        }
    }
}
