using System.Runtime.InteropServices;

namespace Millrace.Knowledge.Graph;

/// <summary>Which facts a question is about: those true at a time in the world, as the graph knew them at another.</summary>
/// <param name="At">The time in the world.</param>
/// <param name="KnownAt">The time in the graph; null for what it knows now.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Moment(DateTimeOffset At, DateTimeOffset? KnownAt = null)
{
    // What is known now is what was never retracted, whatever the clocks of two processes say.
    internal long Known => KnownAt?.ToUnixTimeMilliseconds() ?? long.MaxValue;
}

/// <summary>A span of time in milliseconds, from its start until before its end; null has no bound.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Span(long? From, long? To)
{
    public bool IsEmpty => From >= To;

    public bool Overlaps(Span other) =>
        (From is null || other.To is null || From < other.To)
        && (other.From is null || To is null || other.From < To);

    /// <summary>What two spans that overlap have in common.</summary>
    public Span Within(Span other) =>
        new(
            From is null || From < other.From ? other.From : From,
            To is null || To > other.To ? other.To : To
        );

    /// <summary>What is left of this span beside the times of facts.</summary>
    public IEnumerable<Span> WithoutEach(IReadOnlyCollection<FactView> facts)
    {
        List<Span> left = [this];
        foreach (var fact in facts)
            left =
            [
                .. left.SelectMany(span =>
                    span.Overlaps(fact.Valid) ? span.Without(fact.Valid) : [span]
                ),
            ];
        return left.Where(span => !span.IsEmpty);
    }

    /// <summary>What is left of this span before and behind another that it overlaps.</summary>
    public IEnumerable<Span> Without(Span other)
    {
        if (other.From is { } start && (From is null || From < start))
            yield return new Span(From, start);
        if (other.To is { } end && (To is null || To > end))
            yield return new Span(end, To);
    }
}
