namespace Millrace.Knowledge.Graph.Memory;

/// <summary>One thing that a sentence says of somebody or something, which has one value at a time.</summary>
/// <param name="Subject">Null for the user who speaks.</param>
internal sealed record Slot(string? Subject, string Predicate, string Value);
