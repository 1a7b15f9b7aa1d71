using System.Text.Json;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// Tells all processes whose vectors changed, by the event log: an event of the group's subject names the keys. A
/// subject's events are numbered in the order of their commits, so a reader's place is one number, and nothing appears
/// before it afterwards.
/// </summary>
public sealed class VectorChanges(EventLog log)
{
    private const int EventsAtOnce = 64;

    /// <summary>
    /// Says within the caller's write that it gave these keys vectors, changed or removed them. It makes the writes of
    /// one workspace's group follow each other from here to their commit, so it is the last that a write does.
    /// </summary>
    public async ValueTask TellAsync<TKey>(Db db, string group, IReadOnlyCollection<TKey> keys)
        where TKey : unmanaged
    {
        if (keys.Count > 0)
            await log.AppendAsync(
                db,
                db.Workspace,
                SubjectOf(group),
                "vectors.changed",
                JsonSerializer.Serialize(keys)
            );
    }

    /// <summary>The number of the last change.</summary>
    internal Task<long> LastAsync(VectorScope scope) =>
        log.LastAsync(new(scope.Workspace), SubjectOf(scope.Group));

    /// <summary>Some of the changes behind a number; null when they are no longer kept.</summary>
    internal async Task<Changes<TKey>?> ReadAsync<TKey>(VectorScope scope, long after)
        where TKey : unmanaged
    {
        var events = await log.ReadAsync(
            new(scope.Workspace),
            SubjectOf(scope.Group),
            after,
            EventsAtOnce
        );
        if (events.Count == 0)
            return new Changes<TKey>(new HashSet<TKey>(), after);
        if (events[0].Sequence != after + 1)
            return null;
        var keys = events.SelectMany(change => JsonSerializer.Deserialize<TKey[]>(change.Data)!);
        return new Changes<TKey>(keys.ToHashSet(), events[^1].Sequence);
    }

    private static string SubjectOf(string group) => $"vectors:{group}";

    /// <param name="Last">The number of the last of them.</param>
    internal sealed record Changes<TKey>(IReadOnlySet<TKey> Keys, long Last);
}
