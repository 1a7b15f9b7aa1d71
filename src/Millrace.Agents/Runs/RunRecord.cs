using System.Text;
using Millrace.Models.Routing;

namespace Millrace.Agents.Runs;

/// <summary>What a run has come to so far.</summary>
internal sealed class RunRecord
{
    private readonly Dictionary<string, ToolTally> _tools = new(StringComparer.Ordinal);

    public StringBuilder Text { get; } = new();

    public StringBuilder Reasoning { get; } = new();

    public string Provider { get; set; } = "";

    public string Model { get; set; } = "";

    public long PromptTokens { get; private set; }

    public long CompletionTokens { get; private set; }

    public long CostMicroUsd { get; private set; }

    public int ToolCalls { get; private set; }

    /// <summary>What the results of tools have taken of the model's window.</summary>
    public long ToolTokens { get; set; }

    /// <summary>Text that nobody vouches for was in sight.</summary>
    public bool ReadForeign { get; set; }

    public long NextStep { get; set; } = 1;

    /// <summary>Steps that are not yet on disk.</summary>
    public List<Step> Steps { get; } = [];

    public IReadOnlyDictionary<string, ToolTally> Tools => _tools;

    public void Count(ModelCall call)
    {
        Provider = call.Provider;
        Model = call.Model;
        PromptTokens += call.InputTokens;
        CompletionTokens += call.OutputTokens;
        CostMicroUsd += call.CostMicroUsd;
    }

    public void Count(string tool, bool ok)
    {
        ToolCalls++;
        var tally = _tools.GetValueOrDefault(tool, new ToolTally(0, 0, 0));
        _tools[tool] = new ToolTally(
            tally.Calls + 1,
            tally.Ok + (ok ? 1 : 0),
            tally.Failed + (ok ? 0 : 1)
        );
    }
}

/// <summary>How often a tool was called in a run, and how that went.</summary>
public sealed record ToolTally(int Calls, int Ok, int Failed);
