namespace Millrace.Models.Routing;

/// <summary>What a model can do besides answering with text.</summary>
[Flags]
public enum Capabilities
{
    None = 0,
    Vision = 1,
    Tools = 2,
    JsonSchema = 4,
    Embeddings = 8,
}

/// <summary>A model as callers meet it.</summary>
/// <param name="Name">The name that callers use.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Upstream">The provider's own id of the model.</param>
public sealed record ModelCard(string Name, string Provider, string Upstream)
{
    /// <summary>Tokens of question and answer together, when known.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>Tokens of one answer, when known.</summary>
    public int? MaxOutput { get; init; }
    public Capabilities Capabilities { get; init; } =
        Capabilities.Vision | Capabilities.Tools | Capabilities.JsonSchema;

    /// <summary>USD per million tokens.</summary>
    public decimal PriceIn { get; init; }

    /// <summary>USD per million tokens.</summary>
    public decimal PriceOut { get; init; }
    public TimeSpan? TimeLimit { get; init; }

    public bool Can(Capabilities capability) => (Capabilities & capability) == capability;

    /// <summary>Millionths of a USD, rounded up.</summary>
    public long CostMicroUsd(long inputTokens, long outputTokens) =>
        (long)decimal.Ceiling(inputTokens * PriceIn + outputTokens * PriceOut);
}
