namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>A name in a text.</summary>
/// <param name="Start">In UTF-16 code units.</param>
/// <param name="Type"><c>person</c>, <c>organization</c> or <c>place</c>; of a name that its graph knows, what the graph says.</param>
/// <param name="Rule">The feature that spoke most for the type, so that somebody can find out why.</param>
public sealed record RecognizedEntity(int Start, string Text, string Type, string Rule)
{
    public int End => Start + Text.Length;
}
