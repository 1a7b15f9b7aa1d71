namespace Millrace.Knowledge.Graph;

/// <summary>
/// Keeps relations that have one object at a time from having two. What is written later is believed, for the time that
/// it speaks of: it is taken out of what was held before. A fact with no end speaks of the time until the next one that
/// is known to begin after it. Both versions stay, with when each was believed. (t-backend §14.1, §14.6)
/// </summary>
internal sealed class Contradictions(Predicates predicates)
{
    /// <summary>Writes a relation, cutting what it contradicts.</summary>
    public async ValueTask<FactView> AddAsync(GraphWrite write, FactView fact, bool isOnly = false)
    {
        if (fact is not { SubjectId: { } subject, Predicate: { } predicate, Object: not null })
        {
            await write.AddFactAsync(fact);
            return fact;
        }
        if (!isOnly && !predicates.IsFunctional(predicate))
        {
            await write.AddFactAsync(fact);
            return fact;
        }
        var others = await write.Held.FindAsync(
            new HeldRelation(subject, predicate, fact.Valid.From ?? long.MinValue)
        );
        others.RemoveAll(other => IsSame(other, fact) || other.OriginId == fact.OriginId);
        if (fact.ValidTo is null)
            fact = fact with { ValidTo = NextStart(fact, others) };
        foreach (var other in others.Where(other => other.Valid.Overlaps(fact.Valid)))
        {
            await write.CutAsync(other, fact.Valid, fact.Id, fact.EpisodeId);
            if (other.IsPart)
                await CutWholeAsync(write, other, fact);
        }
        await write.AddFactAsync(fact);
        return fact;
    }

    /// <summary>Ends a relation at a time. False when nothing then true was known of it.</summary>
    public static async ValueTask<bool> EndAsync(GraphWrite write, FactView end)
    {
        var from = end.ValidTo!.Value.ToUnixTimeMilliseconds();
        var held = await write.Held.FindAsync(
            new HeldRelation(end.SubjectId!.Value, end.Predicate!, from)
        );
        held.RemoveAll(other => !IsSame(other, end) || other.Valid.From >= from);
        foreach (var other in held)
        {
            await write.CutAsync(other, new Span(from, null), null, end.EpisodeId);
            if (other.IsPart)
                await CutWholeAsync(write, other, end with { ValidFrom = end.ValidTo });
        }
        return held.Count > 0;
    }

    /// <summary>
    /// Ends a relation at a time; one that nobody knew of is written as past where nothing else is known of then. False
    /// when it is.
    /// </summary>
    public static async ValueTask<bool> EndKnownAsync(GraphWrite write, FactView end)
    {
        if (await EndAsync(write, end))
            return true;
        var known = await write.FindAsync(
            "f.subject_id = $3 AND f.predicate = $4 AND f.retracted_at IS NULL AND (f.valid_from IS NULL OR f.valid_from < $5) LIMIT 1",
            end.SubjectId!.Value.Value,
            end.Predicate,
            end.ValidTo!.Value.ToUnixTimeMilliseconds()
        );
        if (known.Count > 0)
            return true;
        await write.AddFactAsync(end with { ValidFrom = null });
        return false;
    }

    /// <summary>Whether both lead to the same.</summary>
    public static bool IsSame(FactView one, FactView other) =>
        one.ObjectId == other.ObjectId
        && string.Equals(one.Value, other.Value, StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset? NextStart(FactView fact, List<FactView> others) =>
        others
            .Where(other =>
                other.Valid.From is { } start
                && (fact.Valid.From is null || start > fact.Valid.From)
            )
            .Min(other => other.ValidFrom);

    /// <summary>A statement is true no longer than each of its parts.</summary>
    public static async ValueTask CutWholeAsync(GraphWrite write, FactView part, FactView by)
    {
        var wholes = await write.FindAsync(
            "f.episode_id = $3 AND f.predicate IS NULL AND f.retracted_at IS NULL AND (f.valid_to IS NULL OR f.valid_to > $4) ORDER BY f.id",
            part.EpisodeId.Value,
            by.Valid.From ?? long.MinValue
        );
        wholes.RemoveAll(whole => whole.IsPart);
        foreach (var whole in wholes)
        {
            if (whole.ValidFrom is null || whole.ValidFrom < by.ValidFrom)
                await write.CutAsync(whole, new Span(by.Valid.From, null), by.Id, by.EpisodeId);
        }
    }
}
