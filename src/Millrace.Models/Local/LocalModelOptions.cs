using Millrace.Core.Settings;

namespace Millrace.Models.Local;

/// <summary>How sure the built-in model must be before it answers.</summary>
public sealed class LocalModelOptions : ISection
{
    public static string Name => "LocalModel";

    /// <summary>The cosine below which no passage is quoted and no value of an enum counts as meant, 0 to 1.</summary>
    public double AbstainBelow { get; init; } = 0.35;

    public IEnumerable<string> Validate()
    {
        if (AbstainBelow is not (>= 0 and <= 1))
            yield return $"Millrace:LocalModel:AbstainBelow: {AbstainBelow} is not between 0 and 1. Leave it out for 0.35.";
    }
}
