using Millrace.Core.Settings;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>What is kept of conversations.</summary>
public sealed class MemoryOptions : ISection
{
    public static string Name => "Memory";

    /// <summary>Whether facts that users tell are kept in the graph of their session. (t-backend §9.6)</summary>
    public bool Extract { get; init; } = true;

    /// <summary>Whether a language model reads what users tell, when one is connected; else rules do.</summary>
    public bool UseModel { get; init; } = true;

    public IEnumerable<string> Validate() => [];
}
