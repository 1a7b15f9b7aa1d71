using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph;

/// <summary>Takes back what was told wrongly, so that what is right can be written as if the wrong had never been said.</summary>
internal static class Corrections
{
    /// <summary>Takes all of a fact back, and gives back the time that it took from others.</summary>
    /// <returns>The right fact, with the end of the wrong one where it has none itself.</returns>
    public static async ValueTask<FactView> TakeBackAsync(
        GraphWrite write,
        Id<Fact> wrong,
        FactView right
    )
    {
        if (await write.FindAsync("f.id = $3", wrong.Value) is not [var told])
            return right;
        // It may have been cut since it was read.
        var standing = await write.FindAsync(
            "f.origin_id = $3 AND f.retracted_at IS NULL ORDER BY f.id",
            told.OriginId.Value
        );
        foreach (var version in standing)
            await write.RetractAsync(version, right.Id);
        await GiveBackAsync(write, told);
        return right.ValidTo is null && told.ValidTo > right.ValidFrom
            ? right with
            {
                ValidTo = told.ValidTo,
            }
            : right;
    }

    /// <summary>What the wrong fact shortened or put an end to is as it was before.</summary>
    private static async ValueTask GiveBackAsync(GraphWrite write, FactView wrong)
    {
        var shortened = await write.FindAsync(
            "f.ended_by = $3 AND f.retracted_at IS NULL ORDER BY f.id",
            wrong.EpisodeId.Value
        );
        foreach (var piece in shortened)
        {
            if (
                await write.FindAsync("f.superseded_by = $3", piece.Id.Value)
                is not [var before, ..]
            )
                continue;
            var whole = Again(write, piece, before);
            await write.RetractAsync(piece, whole.Id);
            await write.AddFactAsync(whole);
        }
        var replaced = await write.FindAsync(
            "f.superseded_by = $3 AND f.origin_id <> $3 ORDER BY f.id",
            wrong.OriginId.Value
        );
        foreach (var before in replaced)
            await write.AddFactAsync(Again(write, before, before));
    }

    private static FactView Again(GraphWrite write, FactView version, FactView before) =>
        version with
        {
            Id = write.NewId<Fact>(),
            ValidTo = before.ValidTo,
            EndedBy = before.EndedBy,
            RecordedAt = write.Now,
            RetractedAt = null,
        };
}
