using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>A text that facts are to be read from.</summary>
/// <param name="SaidAt">What its relative dates count from, and when its facts hold from unless it says.</param>
internal sealed record FactText(string Text, DateTimeOffset SaidAt)
{
    /// <summary>Who says "I"; null when nobody does.</summary>
    public string? Author { get; init; }

    /// <summary>What was told before and may go on, end, or be put right.</summary>
    public IReadOnlyList<Known> Known { get; init; } = [];
}

/// <summary>What was told before, as far as it helps to understand what is said next.</summary>
/// <param name="Id">Null for what is not written yet.</param>
internal sealed record Known(
    Id<Fact>? Id,
    string? Subject,
    string? Predicate,
    string? Object,
    DateTimeOffset? From,
    DateTimeOffset? To
)
{
    /// <summary>Whether it holds at a time in the world.</summary>
    public bool IsSoAt(DateTimeOffset time) => !(From > time) && !(To <= time);

    public static Known Of(FactView fact) =>
        new(fact.Id, fact.Subject, fact.Predicate, fact.Object, fact.ValidFrom, fact.ValidTo);

    public static Known Of(NewFact fact) =>
        new(null, fact.Subject, fact.Predicate, fact.Object, fact.ValidFrom, fact.ValidTo);
}
