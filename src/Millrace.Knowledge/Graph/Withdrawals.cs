using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph;

/// <summary>Takes facts back or erases them, with the relations that were read out of them, and gives back what they had ended.</summary>
internal static class Withdrawals
{
    /// <summary>Takes back what stands of a fact.</summary>
    public static async ValueTask TakeBackAsync(GraphWrite write, FactView fact)
    {
        var withdrawn = new List<FactView>();
        foreach (var standing in await Lineage.StandingAsync(write, fact))
        {
            withdrawn.AddRange(await Lineage.VersionsAsync(write, standing.OriginId));
            var parts = await Lineage.PartsAsync(write, standing);
            withdrawn.AddRange(parts);
            foreach (var gone in (FactView[])[standing, .. parts])
                await write.RetractAsync(gone, null);
        }
        await GiveBackAsync(write, [.. withdrawn.DistinctBy(version => version.Id)]);
    }

    /// <summary>Removes a fact for good: its versions, those of what was merged with it, what was read out of it, and its evidence when nothing else rests on that.</summary>
    /// <returns>What was removed.</returns>
    public static async ValueTask<List<FactView>> EraseAsync(GraphWrite write, FactView fact)
    {
        var all = await Lineage.AllAsync(write, fact);
        var wholes = all.FindAll(version => !version.IsPart);
        foreach (var whole in wholes.DistinctBy(version => version.EpisodeId))
            all.AddRange(await Lineage.PartsAsync(write, whole));
        all = [.. all.DistinctBy(version => version.Id)];
        foreach (var version in all)
            await write.RetractAsync(version, null);
        await GiveBackAsync(write, all);
        foreach (var version in all)
            await write.EraseAsync(version);
        foreach (var episode in all.Select(version => version.EpisodeId).Distinct())
            await write.EraseEpisodeAsync(episode);
        return all;
    }

    /// <param name="withdrawn">As they were before.</param>
    private static async ValueTask GiveBackAsync(GraphWrite write, List<FactView> withdrawn)
    {
        // What had its place taken before has given back then.
        if (!withdrawn.Exists(version => version.RetractedAt is null))
            return;
        var resting = new List<FactView>();
        foreach (var episode in withdrawn.Select(version => version.EpisodeId).Distinct())
            resting.AddRange(
                await write.FindAsync("f.episode_id = $3 AND f.retracted_at IS NULL", episode.Value)
            );
        // A statement that stands may still say that something ended.
        var ends = resting
            .Where(fact => !fact.IsPart)
            .SelectMany(fact => StatementReader.Read(fact.Text).Claims)
            .Where(claim => claim.Ends)
            .Select(claim => claim.Predicate)
            .ToHashSet(StringComparer.Ordinal);
        await Restitution.GiveBackAsync(
            write,
            withdrawn.FindAll(version => !ends.Contains(version.Predicate ?? "")),
            isAll: resting.Count == 0
        );
    }
}
