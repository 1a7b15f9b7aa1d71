namespace Millrace.Knowledge.Graph.Memory;

/// <summary>One thing that a sentence says of somebody or something, which has one value at a time.</summary>
/// <param name="Subject">Null for the user who speaks; empty for whoever's it was before.</param>
/// <param name="Clause">The part of the sentence that says it.</param>
/// <param name="Old">The value whose place this one takes, when it is said.</param>
internal sealed record Slot(
    string? Subject,
    string Predicate,
    string Value,
    string Clause,
    string? Old = null
)
{
    /// <summary>It is the user's where nobody had it before.</summary>
    public bool OrMine { get; init; }
}
