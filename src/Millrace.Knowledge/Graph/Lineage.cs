using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph;

/// <summary>The rows that are one fact: its versions, and those of what a consolidation made one with it.</summary>
internal static class Lineage
{
    /// <summary>All versions of a fact, in the order in which they were written.</summary>
    public static ValueTask<List<FactView>> VersionsAsync(GraphWrite write, Id<Fact> origin) =>
        write.FindAsync($"{FactView.IsVersion} ORDER BY f.id", origin.Value);

    /// <summary>What was read out of a statement, taken back or not; nothing when the fact is itself a part.</summary>
    public static async ValueTask<List<FactView>> PartsAsync(GraphWrite write, FactView fact)
    {
        if (fact.IsPart)
            return [];
        var resting = await write.FindAsync("f.episode_id = $3", fact.EpisodeId.Value);
        return resting.FindAll(other => other.IsPart);
    }

    /// <summary>What stands of a fact: itself, else the versions that took its place, or took the place of what it was merged into.</summary>
    public static async ValueTask<List<FactView>> StandingAsync(GraphWrite write, FactView fact)
    {
        if (fact.RetractedAt is null)
            return [fact];
        var followed = await FollowAsync(write, fact, andBack: false);
        return followed.FindAll(version => version.RetractedAt is null);
    }

    /// <summary>All versions of a fact, of what it was merged into, and of what was merged into it.</summary>
    public static ValueTask<List<FactView>> AllAsync(GraphWrite write, FactView fact) =>
        FollowAsync(write, fact, andBack: true);

    private static async ValueTask<List<FactView>> FollowAsync(
        GraphWrite write,
        FactView fact,
        bool andBack
    )
    {
        var found = new List<FactView>();
        var origins = new HashSet<Id<Fact>> { fact.OriginId };
        var next = new Queue<Id<Fact>>(origins);
        while (next.TryDequeue(out var origin))
        {
            foreach (var version in await VersionsAsync(write, origin))
            {
                found.Add(version);
                var merged = version.SupersededBy is { } successor
                    ? await write.FindAsync("f.id = $3", successor.Value)
                    : [];
                if (andBack)
                    merged.AddRange(
                        await write.FindAsync("f.superseded_by = $3", version.Id.Value)
                    );
                foreach (var other in merged.Where(other => SaysSame(other, version)))
                    if (origins.Add(other.OriginId))
                        next.Enqueue(other.OriginId);
            }
        }
        return found;
    }

    /// <summary>Whether one took the other's place without contradicting it.</summary>
    public static bool SaysSame(FactView one, FactView other) =>
        Consolidation.Saying(one) == Consolidation.Saying(other) || one.Text == other.Text;
}
