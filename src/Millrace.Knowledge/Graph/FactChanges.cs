using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph;

/// <summary>Puts a new version in a fact's place, so that the graph stays at one with itself.</summary>
internal sealed class FactChanges(Statements statements, Contradictions contradictions)
{
    /// <param name="reading">Of the new text, where there is one.</param>
    /// <exception cref="Conflict">The version is not the present one.</exception>
    public async ValueTask<FactView> ApplyAsync(
        GraphWrite write,
        FactView fact,
        FactChange change,
        Reading reading
    )
    {
        if (fact.RetractedAt is not null)
            throw new Conflict(
                "fact_superseded",
                "This version of the fact is no longer the present one; its history names the one that is."
            );
        var isReworded = change.Text is not null && change.Text != fact.Text;
        var next = Changed(write, fact, change);
        if (!isReworded)
            return await ReviseAsync(write, fact, next);
        if (fact.IsRead && !fact.IsPart)
            return await ReadAnewAsync(write, fact, next, change, reading);
        return await ReviseAsync(
            write,
            fact,
            await Statements.RewordAsync(write, next, fact.Text, reading)
        );
    }

    private static FactView Changed(GraphWrite write, FactView fact, FactChange change)
    {
        var next = fact with
        {
            Id = write.NewId<Fact>(),
            Text = change.Text ?? fact.Text,
            ValidFrom = change.ValidFrom ?? fact.ValidFrom,
            ValidTo = change.ValidTo ?? (change.Reopen ? null : fact.ValidTo),
            Confidence = change.Confidence ?? fact.Confidence,
            Metadata = change.Metadata ?? fact.Metadata,
            RecordedAt = write.Now,
            WrittenBy = write.Guest ?? (change.Text is null ? fact.WrittenBy : null),
        };
        if (next.Valid.IsEmpty)
            throw FactLog.EndsFirst();
        // Somebody says when it ends, whatever was its end before.
        return next.ValidTo == fact.ValidTo ? next : next with { EndedBy = null };
    }

    /// <summary>Writes a version with the same relation; what was read out of a statement is true no longer than it.</summary>
    private async ValueTask<FactView> ReviseAsync(GraphWrite write, FactView fact, FactView next)
    {
        await write.RetractAsync(fact, next.Id);
        var written = await contradictions.AddAsync(write, next);
        foreach (var part in await Lineage.PartsAsync(write, fact))
            if (part.RetractedAt is null)
                await FollowAsync(write, part, fact, next);
        if (fact.IsPart && IsEarlier(next.ValidTo, fact.ValidTo))
            await Contradictions.CutWholeAsync(write, next, next with { ValidFrom = next.ValidTo });
        return written;
    }

    private async ValueTask FollowAsync(
        GraphWrite write,
        FactView part,
        FactView before,
        FactView next
    )
    {
        var follows = part with
        {
            ValidFrom =
                part.ValidFrom == before.ValidFrom
                || IsLater(next.ValidFrom, before.ValidFrom)
                    && IsLater(next.ValidFrom, part.ValidFrom)
                    ? next.ValidFrom
                    : part.ValidFrom,
            ValidTo =
                part.ValidTo == before.ValidTo
                || IsEarlier(next.ValidTo, before.ValidTo) && IsEarlier(next.ValidTo, part.ValidTo)
                    ? next.ValidTo
                    : part.ValidTo,
            Confidence = next.Confidence,
            Metadata = next.Metadata,
        };
        if (follows == part)
            return;
        if (follows.Valid.IsEmpty)
        {
            await write.RetractAsync(part, next.Id);
            return;
        }
        var version = follows with
        {
            Id = write.NewId<Fact>(),
            RecordedAt = write.Now,
            EndedBy = follows.ValidTo == part.ValidTo ? part.EndedBy : null,
        };
        await write.RetractAsync(part, version.Id);
        await contradictions.AddAsync(write, version);
    }

    /// <summary>Writes a new text as if it were said for the first time; of its dates, those that it does not name stay.</summary>
    private async ValueTask<FactView> ReadAnewAsync(
        GraphWrite write,
        FactView fact,
        FactView next,
        FactChange change,
        Reading reading
    )
    {
        var from = change.ValidFrom ?? reading.Dates.From ?? fact.ValidFrom;
        var to = change.ValidTo ?? (change.Reopen ? null : reading.Dates.To ?? fact.ValidTo);
        if (from >= to)
            to = null;
        var before = await Lineage.VersionsAsync(write, fact.OriginId);
        var parts = await Lineage.PartsAsync(write, fact);
        foreach (var gone in (FactView[])[fact, .. parts])
            await write.RetractAsync(gone, next.Id);
        var written = await statements.WriteAsync(
            write,
            next.WithoutRelation() with
            {
                ValidFrom = from,
                ValidTo = to,
                EndedBy = to == fact.ValidTo ? fact.EndedBy : null,
            },
            new NewFact
            {
                Text = next.Text,
                ValidFrom = change.ValidFrom,
                // The dates that the text itself names are those of one of its parts.
                ValidTo = change.ValidTo ?? (reading.Dates.To is null ? to : null),
            },
            reading
        );
        // What it no longer says, it has not ended either.
        var said = await write.FindAsync(
            "f.episode_id = $3 AND f.retracted_at IS NULL",
            fact.EpisodeId.Value
        );
        var unsaid = before
            .Concat(parts)
            .Where(old =>
                old.Predicate is not null
                && !said.Exists(one =>
                    one.SubjectId == old.SubjectId && one.Predicate == old.Predicate
                )
            )
            .ToList();
        await Restitution.GiveBackAsync(write, unsaid, isAll: false);
        return written;
    }

    private static bool IsEarlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is not null && (other is null || one < other);

    private static bool IsLater(DateTimeOffset? one, DateTimeOffset? other) =>
        one is not null && (other is null || one > other);
}
