namespace Millrace.Knowledge.Vectors;

/// <summary>How a vector index answers: the defaults serve embeddings of a few hundred dimensions.</summary>
public sealed record VectorIndexOptions
{
    /// <summary>From how many vectors on a graph is built; below it each search compares with all.</summary>
    public int GraphFrom { get; init; } = 20_000;

    /// <summary>Neighbours of a vector in the graph's upper levels; on the ground level it has up to twice as many.</summary>
    public int Links { get; init; } = 16;

    /// <summary>Candidates that an insertion chooses its neighbours from: more make a better graph, slower.</summary>
    public int BuildWidth { get; init; } = 128;

    /// <summary>Candidates that a search keeps: more find more, slower. It may be changed at any time.</summary>
    public int SearchWidth { get; set; } = 128;

    /// <summary>Threads that build the graph in the background.</summary>
    public int BuildThreads { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// Up to how many vectors the rounding errors of the codes are kept, at one more byte a component, to put the best
    /// of a search into the order of the unrounded vectors.
    /// </summary>
    public int RescoreUpTo { get; init; } = 200_000;
}
