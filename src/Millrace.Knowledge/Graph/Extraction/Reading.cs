using System.Runtime.InteropServices;
using Millrace.Knowledge.Graph.Recognition;

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

    /// <summary>The same, with what each name seems to be.</summary>
    public Reading WithGuesses(IReadOnlyList<RecognizedEntity> entities)
    {
        if (Claims.Count == 0)
            return this;
        return this with
        {
            Claims =
            [
                .. Claims.Select(claim =>
                    claim with
                    {
                        Subject = Guessed(claim.Subject, entities),
                        Object = Guessed(claim.Object, entities),
                    }
                ),
            ],
        };
    }

    private static Mention Guessed(Mention mention, IReadOnlyList<RecognizedEntity> entities) =>
        mention.Name is { } name
        && entities.FirstOrDefault(entity => entity.Text == name) is { } found
            ? mention with
            {
                Guess = found.Type,
                Source = found.Rule,
            }
            : mention;
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
