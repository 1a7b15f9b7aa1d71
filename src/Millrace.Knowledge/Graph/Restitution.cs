using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// Gives the time back that a fact took from others, when it is taken back itself. What it shortened or put an end to is so
/// again, for as long as nothing that was written since says otherwise.
/// </summary>
internal static class Restitution
{
    /// <param name="versions">Those of the fact and of what was read out of it, by now taken back.</param>
    /// <param name="isAll">Nothing is left of the statement, so that what it put an end to has not ended.</param>
    public static async ValueTask GiveBackAsync(
        GraphWrite write,
        List<FactView> versions,
        bool isAll
    )
    {
        var taken = await ContradictedAsync(write, versions);
        var losers = taken.ConvertAll(one => one.From.OriginId).ToHashSet();
        List<Taken> rest =
        [
            .. await ReplacedAsync(write, versions),
            .. isAll ? await EndedAsync(write, versions) : [],
        ];
        foreach (var one in rest)
            if (losers.Add(one.From.OriginId))
                taken.Add(one);
        foreach (var (from, span) in taken)
            await GiveBackAsync(write, from, span, losers);
    }

    /// <summary>Other objects of its relations, that were so when it was written.</summary>
    private static async ValueTask<List<Taken>> ContradictedAsync(
        GraphWrite write,
        List<FactView> versions
    )
    {
        var taken = new List<Taken>();
        foreach (var version in versions)
        {
            if (version is not { SubjectId: { } subject, Predicate: { } predicate })
                continue;
            var cut = await write.FindAsync(
                """
                f.subject_id = $3 AND f.predicate = $4 AND f.retracted_at = $5 AND f.superseded_by IS NOT NULL
                ORDER BY f.id
                """,
                subject.Value,
                predicate,
                version.RecordedAt
            );
            taken.AddRange(
                cut.Where(other =>
                        IsOther(other, versions)
                        && !Contradictions.IsSame(other, version)
                        && other.Valid.Overlaps(version.Valid)
                    )
                    .Select(other => new Taken(other, other.Valid.Within(version.Valid)))
            );
        }
        return taken;
    }

    /// <summary>Statements of which it left nothing.</summary>
    private static async ValueTask<List<Taken>> ReplacedAsync(
        GraphWrite write,
        List<FactView> versions
    )
    {
        var each = await write.FindEachAsync(
            "f.superseded_by = $3 ORDER BY f.id",
            versions.ConvertAll(version => new object?[] { version.Id.Value })
        );
        return
        [
            .. versions
                .Zip(each)
                .SelectMany(pair =>
                    pair.Second.Where(other =>
                        IsOther(other, versions) && !Lineage.SaysSame(other, pair.First)
                    )
                )
                .Select(replaced => new Taken(replaced, replaced.Valid)),
        ];
    }

    /// <summary>What it is the evidence of the end of.</summary>
    private static async ValueTask<List<Taken>> EndedAsync(
        GraphWrite write,
        List<FactView> versions
    )
    {
        var taken = new List<Taken>();
        foreach (var episode in versions.Select(version => version.EpisodeId).Distinct())
        {
            var ended = await write.FindAsync(
                "f.ended_by = $3 AND f.retracted_at IS NULL ORDER BY f.id",
                episode.Value
            );
            foreach (var piece in ended.Where(piece => IsOther(piece, versions)))
            {
                var before = (await Lineage.VersionsAsync(write, piece.OriginId)).FindLast(version =>
                    version.SupersededBy is not null
                    && (version.Valid.To is null || version.Valid.To > piece.Valid.To)
                );
                if (before is not null)
                    taken.Add(new Taken(before, new Span(piece.Valid.To, before.Valid.To)));
            }
        }
        return taken;
    }

    private static async ValueTask GiveBackAsync(
        GraphWrite write,
        FactView from,
        Span span,
        HashSet<Id<Fact>> losers
    )
    {
        var versions = await Lineage.VersionsAsync(write, from.OriginId);
        // Somebody took it back since.
        if (versions.Exists(version => version is { RetractedAt: not null, SupersededBy: null }))
            return;
        var standing = versions.FindAll(version => version.RetractedAt is null);
        var others = await WrittenSinceAsync(write, from, versions[^1]);
        others.RemoveAll(other => losers.Contains(other.OriginId));
        foreach (var gap in span.WithoutEach([.. standing, .. others]))
        {
            var before = standing.Find(version => gap.From is not null && version.Valid.To == gap.From);
            var after = standing.Find(version => gap.To is not null && version.Valid.From == gap.To);
            var whole = (before ?? after ?? versions[^1]) with
            {
                Id = write.NewId<Fact>(),
                ValidFrom = before is null ? GraphWrite.Time(gap.From) : before.ValidFrom,
                ValidTo = after is null ? GraphWrite.Time(gap.To) : after.ValidTo,
                EndedBy =
                    after is not null ? after.EndedBy
                    : gap.To == from.Valid.To ? from.EndedBy
                    : others.Find(other => other.Valid.From == gap.To)?.EpisodeId,
                RecordedAt = write.Now,
                RetractedAt = null,
                SupersededBy = null,
            };
            foreach (var piece in new[] { before, after }.OfType<FactView>())
            {
                await write.RetractAsync(piece, whole.Id);
                standing.Remove(piece);
            }
            await write.AddFactAsync(whole);
            standing.Add(whole);
        }
    }

    /// <summary>What stands of the same relation with another object, and was written when the fact lost the time or later.</summary>
    private static async ValueTask<List<FactView>> WrittenSinceAsync(
        GraphWrite write,
        FactView from,
        FactView last
    )
    {
        if (last is not { SubjectId: { } subject, Predicate: { } predicate })
            return [];
        var standing = await write.FindAsync(
            "f.subject_id = $3 AND f.predicate = $4 AND f.retracted_at IS NULL AND f.recorded_at >= $5 ORDER BY f.id",
            subject.Value,
            predicate,
            from.RetractedAt
        );
        standing.RemoveAll(other => Contradictions.IsSame(other, last));
        return standing;
    }

    private static bool IsOther(FactView fact, List<FactView> versions) =>
        !versions.Exists(version =>
            version.OriginId == fact.OriginId || version.EpisodeId == fact.EpisodeId
        );

    /// <param name="From">The version that lost the time.</param>
    private sealed record Taken(FactView From, Span Span);
}
