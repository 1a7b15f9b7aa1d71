using Millrace.Core.Settings;

namespace Millrace.Knowledge.Graph;

/// <summary>How the graph understands what is written to it.</summary>
public sealed class GraphOptions : ISection
{
    public static string Name => "Knowledge:Graph";

    /// <summary>Relations of which a subject has one object at a time: a new one ends the one before.</summary>
    public IList<string> FunctionalPredicates { get; init; } =
    [
        "works_at",
        "lives_in",
        "located_in",
        "married_to",
        "status",
        "job_title",
        "age",
        "email",
        "phone",
        "has_ceo",
        "has_cto",
        "has_cfo",
        "has_president",
        "has_chair",
        "has_capital",
        "has_owner",
        "has_name",
    ];

    /// <summary>Graphs that one workspace may have.</summary>
    public int MaxGraphs { get; init; } = 1_000;

    /// <summary>Whether facts in documents are written to their workspace's default graph.</summary>
    public bool ReadDocuments { get; init; } = true;

    /// <summary>The language model that reads facts out of documents and conversations; rules do when null.</summary>
    public string? ExtractionModel { get; init; }

    /// <summary>How long the model may take over one text, in seconds; rules read it then.</summary>
    public double ExtractionSeconds { get; init; } = 60;

    public IEnumerable<string> Validate()
    {
        if (ExtractionSeconds is < 0.1 or > 600)
            yield return "Millrace:Knowledge:Graph:ExtractionSeconds must be between 0.1 and 600.";
        if (FunctionalPredicates.Any(string.IsNullOrWhiteSpace))
            yield return "Millrace:Knowledge:Graph:FunctionalPredicates holds an empty word.";
        if (MaxGraphs is < 1 or > 100_000)
            yield return "Millrace:Knowledge:Graph:MaxGraphs must be between 1 and 100000.";
    }
}
