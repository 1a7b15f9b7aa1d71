using Microsoft.Extensions.AI;

namespace Millrace.Agents.Tools;

/// <summary>Something that a model may ask to have done.</summary>
/// <param name="Name">The name that callers and models use.</param>
/// <param name="Function">Its description, its arguments' schema and what it does.</param>
/// <param name="IsReadOnly">It changes nothing, so several may run at once and again.</param>
/// <param name="StaysInside">
/// What it is given goes nowhere but to this server and the caller's own data. What another gives comes from outside, and
/// nobody vouches for it.
/// </param>
/// <param name="HasShownForeignText">Whether what it gave so far holds text that nobody vouches for; never for null.</param>
public sealed record Tool(
    string Name,
    AIFunction Function,
    bool IsReadOnly,
    bool StaysInside = false,
    Func<bool>? HasShownForeignText = null
)
{
    /// <summary>Whether it may run once text that nobody vouches for is in sight. (t-backend §9.7)</summary>
    public bool IsHarmless => IsReadOnly && StaysInside;
}

/// <summary>Where tools come from. What is not set up here is not offered.</summary>
public interface IToolSource
{
    IEnumerable<Tool> Tools { get; }
}

/// <summary>All tools that this installation can offer.</summary>
public sealed class ToolBox(IEnumerable<IToolSource> sources)
{
    private readonly Dictionary<string, Tool> _tools = sources
        .SelectMany(source => source.Tools)
        .ToDictionary(tool => tool.Name, StringComparer.Ordinal);

    /// <summary>The tools by these names that exist here; all of them for null.</summary>
    public IReadOnlyList<Tool> Choose(IReadOnlyCollection<string>? names) =>
        names is null
            ? [.. _tools.Values]
            : [.. _tools.Values.Where(tool => names.Contains(tool.Name))];
}
