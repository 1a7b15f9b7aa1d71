using System.ComponentModel;
using Microsoft.Extensions.AI;
using Millrace.Models.Local;

namespace Millrace.Agents.Tools;

/// <summary>Arithmetic that is right, for models that guess.</summary>
internal sealed class CalculatorTool : IToolSource
{
    public IEnumerable<Tool> Tools { get; } =
    [
        new(
            "calculator",
            AIFunctionFactory.Create(Calculate, "calculator"),
            IsReadOnly: true,
            StaysInside: true
        ),
    ];

    [Description("Works out an arithmetic expression exactly, such as 17*23 or (3.5+2)^2/4.")]
    private static string Calculate(
        [Description("The expression, in digits and operators.")] string expression
    ) =>
        Calculator.TryEvaluate(expression, out var value, out var error)
            ? Calculator.Format(value)
            : throw new ToolRefused(error ?? "The expression cannot be read.");
}

/// <summary>A tool cannot do what it was asked, for a reason that the model is told.</summary>
public sealed class ToolRefused(string reason) : Exception(reason);
