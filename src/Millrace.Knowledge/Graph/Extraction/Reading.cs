using System.Runtime.InteropServices;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>What was read out of a text.</summary>
/// <param name="Dates">When the first thing said in it is true.</param>
internal sealed record Reading(
    IReadOnlyList<Claim> Claims,
    IReadOnlyList<Alias> Aliases,
    StatedTime Dates
)
{
    public static Reading Nothing { get; } = new([], [], default);
}

/// <summary>One relation that a text claims.</summary>
/// <param name="Value">The object where it is no entity.</param>
/// <param name="Ends">The text says that the relation ended, at the start of its time.</param>
/// <param name="Rule">What read it, so that somebody can find out why.</param>
internal sealed record Claim(
    Mention Subject,
    string Predicate,
    Mention Object,
    string? Value,
    bool Ends,
    StatedTime Dates,
    string Rule
);

/// <summary>Two names of one.</summary>
internal sealed record Alias(Mention Of, string Name);

/// <summary>When something is true, as far as its text says.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StatedTime(DateTimeOffset? From, DateTimeOffset? To)
{
    public bool IsStated => From is not null || To is not null;
}
