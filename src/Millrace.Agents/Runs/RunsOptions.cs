using Millrace.Core.Settings;

namespace Millrace.Agents.Runs;

/// <summary>How far one run may go.</summary>
public sealed class RunsOptions : ISection
{
    public static string Name => "Runs";

    /// <summary>Calls of the model in one run; the last one is made without tools.</summary>
    public int MaxModelCalls { get; set; } = 8;

    /// <summary>Calls of tools in one run.</summary>
    public int MaxToolCalls { get; set; } = 32;

    /// <summary>One call of a tool.</summary>
    public TimeSpan ToolLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>One run with all its calls, streamed or not.</summary>
    public TimeSpan RunLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>UTF-8 bytes of a tool's result that a model is given; less where its window has less room.</summary>
    public int MaxToolResult { get; set; } = 32_000;

    public IEnumerable<string> Validate()
    {
        if (MaxModelCalls is < 1 or > 100)
            yield return "Millrace:Runs:MaxModelCalls must be between 1 and 100.";
        if (MaxToolCalls is < 0 or > 1_000)
            yield return "Millrace:Runs:MaxToolCalls must be between 0 and 1000.";
        if (ToolLimit <= TimeSpan.Zero || ToolLimit > TimeSpan.FromHours(1))
            yield return "Millrace:Runs:ToolLimit must be more than nothing and at most an hour.";
        if (RunLimit <= TimeSpan.Zero || RunLimit > TimeSpan.FromDays(1))
            yield return "Millrace:Runs:RunLimit must be more than nothing and at most a day.";
        if (MaxToolResult < 400)
            yield return "Millrace:Runs:MaxToolResult must be at least 400 bytes.";
    }
}
