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
        var versions = await Lineage.VersionsAsync(write, told.OriginId);
        foreach (var version in versions)
            await write.RetractAsync(version, right.Id);
        await Restitution.GiveBackAsync(write, versions, isAll: true);
        return right.ValidTo is null && told.ValidTo > right.ValidFrom
            ? right with
            {
                ValidTo = told.ValidTo,
            }
            : right;
    }
}
