using System.Runtime.InteropServices;
using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph;

/// <summary>Somebody or something as a text names it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Mention(string Name, string Type = "")
{
    /// <summary>What it seems to be, for when the graph has nobody of that name.</summary>
    public string Guess { get; init; } = "";

    /// <summary>What decided the guess.</summary>
    public string? Source { get; init; }
}

/// <summary>
/// Finds the entity that a name means, or makes one. Names are equal by <see cref="Terms.Key"/>; of two entities with one
/// name the type decides, and a name of another type is another entity.
/// </summary>
internal sealed class NameResolution(GraphWrite write)
{
    private readonly Dictionary<(string Key, string Type), (Id<Entity> Id, string Name)> _known =
    [];
    private readonly Dictionary<string, List<Named>> _named = new(StringComparer.Ordinal);
    private readonly HashSet<Id<Entity>> _new = [];

    /// <summary>Whether this write made the entity.</summary>
    public bool IsNew(Id<Entity> entity) => _new.Contains(entity);

    /// <summary>Reads at once who has these names.</summary>
    public async ValueTask LoadAsync(IEnumerable<string> names)
    {
        var keys = names.Select(Terms.Key).Distinct(StringComparer.Ordinal).ToList();
        var each = await write.Db.QueryEachAsync(
            """
            SELECT e.id, e.name, e.type, e.source FROM entity_names n JOIN entities e ON e.id = n.entity_id
            WHERE n.workspace_id = $1 AND n.graph_id = $2 AND n.key = $3 AND n.dropped_at IS NULL
            AND e.created_at > $4 ORDER BY e.id
            """,
            row => new Named(
                row.Id<Entity>(0),
                row.Text(1),
                row.Text(2),
                row.TextOrNull(3) == "user"
            ),
            keys.ConvertAll(key =>
                new object?[] { write.Workspace.Value, write.Graph.Value, key, write.Emptied }
            )
        );
        foreach (var (key, named) in keys.Zip(each))
            _named[key] = named;
    }

    /// <summary>Whom a name means among those that were read; null for one that is new or was not.</summary>
    public Id<Entity>? Known(string name, string type) =>
        _named.TryGetValue(Terms.Key(name), out var named) ? Choose(named, type)?.Id : null;

    /// <summary>The entity, and its own name.</summary>
    public async ValueTask<(Id<Entity> Id, string Name)> ResolveAsync(Mention mention)
    {
        var key = Terms.Key(mention.Name);
        if (_known.TryGetValue((key, mention.Type), out var known))
            return known;
        var found = await FindAsync(key, mention.Type) ?? await AddAsync(mention, key);
        _known[(key, mention.Type)] = found;
        return found;
    }

    /// <summary>Another name for the same. One that means somebody else already is left to them.</summary>
    public async ValueTask AddAliasAsync(Id<Entity> entity, string alias)
    {
        var key = Terms.Key(alias);
        if (await FindAsync(key, "") is null)
            await AddNameAsync(entity, key, alias);
    }

    public ValueTask AddNameAsync(Id<Entity> entity, string key, string name)
    {
        _named.Remove(key);
        return write.Db.SendAsync(
            """
            INSERT INTO entity_names (workspace_id, graph_id, key, entity_id, name) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace_id, graph_id, key, entity_id) DO UPDATE SET dropped_at = NULL
            """,
            write.Workspace.Value,
            write.Graph.Value,
            key,
            entity.Value,
            name
        );
    }

    /// <summary>Makes an entity whether or not another has its name.</summary>
    public async ValueTask<(Id<Entity> Id, string Name)> AddAsync(
        Mention mention,
        string key,
        string summary = "",
        string? attributes = null
    )
    {
        var id = write.NewId<Entity>();
        await write.Db.SendAsync(
            """
            INSERT INTO entities (id, workspace_id, graph_id, name, type, summary, attributes, created_at, updated_at, source, written_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)
            """,
            id.Value,
            write.Workspace.Value,
            write.Graph.Value,
            mention.Name,
            mention.Type.Length > 0 ? mention.Type : mention.Guess ?? "",
            summary,
            attributes,
            write.Now,
            mention.Source,
            write.Guest?.Value
        );
        await AddNameAsync(id, key, mention.Name);
        _new.Add(id);
        write.CountNodes(1);
        return (id, mention.Name);
    }

    private async ValueTask<(Id<Entity> Id, string Name)?> FindAsync(string key, string type)
    {
        if (!_named.ContainsKey(key))
            await LoadAsync([key]);
        var named = _named[key];
        if (Choose(named, type) is not { } found)
            return null;
        if (type.Length > 0 && found.Type != type && !IsCorrected(named))
        {
            await write.Db.SendAsync(
                "UPDATE entities SET type = $1, updated_at = $2 WHERE id = $3 AND workspace_id = $4",
                type,
                write.Now,
                found.Id.Value,
                write.Workspace.Value
            );
            // It may have been read by other names too.
            _named.Clear();
        }
        return (found.Id, found.Name);
    }

    /// <summary>One of this type, else one whose type is not known.</summary>
    private static Named? Choose(List<Named> named, string type) =>
        IsCorrected(named) ? named[0]
        : named.Find(entity => entity.Type == type) is { } same ? same
        : type.Length == 0 ? named.FirstOrDefault()
        : named.Find(entity => entity.Type.Length == 0);

    // What the user said it is goes before what a rule takes it for.
    private static bool IsCorrected(List<Named> named) => named is [{ ByUser: true }];

    private sealed record Named(Id<Entity> Id, string Name, string Type, bool ByUser);
}
