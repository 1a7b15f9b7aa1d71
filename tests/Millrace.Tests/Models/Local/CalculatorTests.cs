using Millrace.Models.Local;

namespace Millrace.Tests.Models.Local;

public sealed class CalculatorTests
{
    [Theory]
    [InlineData("17*23", "391")]
    [InlineData("2+3*4", "14")]
    [InlineData("(2+3)*4", "20")]
    [InlineData("-3^2", "-9")]
    [InlineData("(-3)^2", "9")]
    [InlineData("2^3^2", "512")]
    [InlineData("2**10", "1024")]
    [InlineData("0.1+0.2", "0.3")]
    [InlineData("10/3", "3.333333333333")]
    [InlineData("1,234,567 + 1", "1234568")]
    [InlineData("15% of 80", "12")]
    [InlineData("15 percent of 80", "12")]
    [InlineData("50 + 10%", "55")]
    [InlineData("200 - 25%", "150")]
    [InlineData("20% off 50", "40")]
    [InlineData("17 % 5", "2")]
    [InlineData("17 mod 5", "2")]
    [InlineData("sqrt(144)", "12")]
    [InlineData("sqrt(2)", "1.414213562373")]
    [InlineData("√16 + 9", "13")]
    [InlineData("the square root of 81", "9")]
    [InlineData("abs(-7.5)", "7.5")]
    [InlineData("round(2.5)", "3")]
    [InlineData("round(3.14159, 2)", "3.14")]
    [InlineData("min(4, 2, 9)", "2")]
    [InlineData("max(1,200)", "200")]
    [InlineData("log(1000)", "3")]
    [InlineData("ln(e)", "1")]
    [InlineData("sin(pi)", "0")]
    [InlineData("5!", "120")]
    [InlineData("12 × 12 ÷ 4 − 6", "30")]
    [InlineData("seventeen times twenty-three", "391")]
    [InlineData("two hundred and fifty plus three", "253")]
    [InlineData("three million divided by 4", "750000")]
    [InlineData("5 squared plus 2 cubed", "33")]
    [InlineData("2 to the power of 8", "256")]
    [InlineData("half of 50", "25")]
    [InlineData("the average of 3, 4 and 8", "5")]
    [InlineData("7x8", "56")]
    [InlineData("2(3+4)", "14")]
    [InlineData("3²+4²", "25")]
    [InlineData("1e3 + 1", "1001")]
    [InlineData("2^-2", "0.25")]
    [InlineData("100 minus negative 5", "105")]
    [InlineData("27^(1/3)", "3")]
    public void Gives_the_right_value(string expression, string expected)
    {
        Calculator.TryEvaluate(expression, out var value, out var error).ShouldBeTrue(error);
        Calculator.Format(value).ShouldBe(expected);
    }

    [Theory]
    [InlineData("1/0", "Division by zero")]
    [InlineData("5 mod 0", "Division by zero")]
    [InlineData("0^-1", "Division by zero")]
    [InlineData("10^40", "too large")]
    [InlineData("99999999999999999999999999999999", "too large")]
    [InlineData("100!", "too large")]
    [InlineData("sqrt(-1)", "no real square root")]
    [InlineData("log(0)", "above 0")]
    [InlineData("2+", "ends too early")]
    [InlineData("(2+3", "missing")]
    [InlineData("2+cat", "can't read")]
    [InlineData("", "nothing to calculate")]
    public void Says_plainly_why_there_is_no_value(string expression, string reason)
    {
        Calculator.TryEvaluate(expression, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain(reason);
    }

    [Theory]
    [InlineData("(", 1900)]
    [InlineData("-", 1900)]
    [InlineData("√", 1900)]
    [InlineData("2^", 900)]
    [InlineData("9", 1999)]
    [InlineData("😀", 900)]
    public void Hostile_expressions_end_in_an_error(string piece, int times) =>
        Calculator
            .TryEvaluate(string.Concat(Enumerable.Repeat(piece, times)), out _, out _)
            .ShouldBeFalse();
}
