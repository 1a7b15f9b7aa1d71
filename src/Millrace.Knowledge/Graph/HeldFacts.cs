using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// What a graph holds of its subjects' relations, as one write finds it and changes it. Many are read at once, so that
/// writing many facts asks the database once and not for each.
/// </summary>
internal sealed class HeldFacts(GraphWrite write)
{
    private readonly Dictionary<(Id<Entity> Subject, string Predicate), Held> _held = [];

    /// <summary>Reads what <see cref="FindAsync"/> will be asked for.</summary>
    public async ValueTask LoadAsync(IEnumerable<HeldRelation> relations)
    {
        var wanted = relations
            .GroupBy(relation => (relation.Subject, relation.Predicate))
            .Select(same => (same.Key, From: same.Min(relation => relation.From)))
            .ToList();
        var each = await write.FindEachAsync(
            """
            f.subject_id = $3 AND f.predicate = $4 AND f.retracted_at IS NULL
            AND (f.valid_to IS NULL OR f.valid_to > $5)
            """,
            wanted.ConvertAll(one =>
                new object?[] { one.Key.Subject.Value, one.Key.Predicate, one.From }
            )
        );
        foreach (var (one, facts) in wanted.Zip(each))
            _held[one.Key] = new Held(one.From, facts);
    }

    /// <summary>What is not taken back and is true after a time, in the order of ids.</summary>
    public async ValueTask<List<FactView>> FindAsync(HeldRelation relation)
    {
        var key = (relation.Subject, relation.Predicate);
        if (!IsHeld(key, relation.From))
            await LoadAsync([relation]);
        return
        [
            .. _held[key]
                .Facts.Where(fact => fact.Valid.To is null || fact.Valid.To > relation.From)
                .OrderBy(fact => fact.Id),
        ];
    }

    public void Add(FactView fact)
    {
        if (KeyOf(fact) is { } key && IsHeld(key, long.MaxValue))
            _held[key].Facts.Add(fact);
    }

    public void Remove(FactView fact)
    {
        if (KeyOf(fact) is { } key && _held.TryGetValue(key, out var held))
            held.Facts.RemoveAll(other => other.Id == fact.Id);
    }

    private bool IsHeld((Id<Entity> Subject, string Predicate) key, long from)
    {
        if (_held.TryGetValue(key, out var held))
            return held.From <= from;
        if (!write.Names.IsNew(key.Subject))
            return false;
        _held[key] = new Held(long.MinValue, []);
        return true;
    }

    private static (Id<Entity> Subject, string Predicate)? KeyOf(FactView fact) =>
        fact is { SubjectId: { } subject, Predicate: { } predicate } ? (subject, predicate) : null;

    /// <param name="From">What was true no longer then is not among the facts.</param>
    private sealed record Held(long From, List<FactView> Facts);
}

/// <summary>A subject's relation from a time on, in milliseconds.</summary>
internal sealed record HeldRelation(Id<Entity> Subject, string Predicate, long From);
