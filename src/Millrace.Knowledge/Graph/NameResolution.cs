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

    public async ValueTask AddNameAsync(Id<Entity> entity, string key, string name) =>
        await write.Db.ExecuteAsync(
            """
            INSERT INTO entity_names (workspace_id, graph_id, key, entity_id, name) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace_id, graph_id, key, entity_id) DO NOTHING
            """,
            write.Workspace.Value,
            write.Graph.Value,
            key,
            entity.Value,
            name
        );

    /// <summary>Makes an entity whether or not another has its name.</summary>
    public async ValueTask<(Id<Entity> Id, string Name)> AddAsync(
        Mention mention,
        string key,
        string summary = "",
        string? attributes = null
    )
    {
        var id = write.NewId<Entity>();
        await write.Db.ExecuteAsync(
            """
            INSERT INTO entities (id, workspace_id, graph_id, name, type, summary, attributes, created_at, updated_at, source)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
            """,
            id.Value,
            write.Workspace.Value,
            write.Graph.Value,
            mention.Name,
            mention.Type.Length > 0 ? mention.Type : mention.Guess ?? "",
            summary,
            attributes,
            write.Now,
            mention.Source
        );
        await AddNameAsync(id, key, mention.Name);
        write.CountNodes(1);
        return (id, mention.Name);
    }

    private async ValueTask<(Id<Entity> Id, string Name)?> FindAsync(string key, string type)
    {
        var named = await write.Db.QueryAsync(
            """
            SELECT e.id, e.name, e.type, e.source FROM entity_names n JOIN entities e ON e.id = n.entity_id
            WHERE n.workspace_id = $1 AND n.graph_id = $2 AND n.key = $3 ORDER BY e.id
            """,
            row =>
                (
                    Id: row.Id<Entity>(0),
                    Name: row.Text(1),
                    Type: row.Text(2),
                    IsCorrected: row.TextOrNull(3) == "user"
                ),
            write.Workspace.Value,
            write.Graph.Value,
            key
        );
        // What the user said it is goes before what a rule takes it for.
        if (named is [{ IsCorrected: true } corrected])
            return (corrected.Id, corrected.Name);
        foreach (var entity in named.OrderBy(entity => entity.Type == type ? 0 : 1))
        {
            if (entity.Type == type || type.Length == 0)
                return (entity.Id, entity.Name);
            if (entity.Type.Length > 0)
                continue;
            await write.Db.ExecuteAsync(
                "UPDATE entities SET type = $1, updated_at = $2 WHERE id = $3 AND workspace_id = $4",
                type,
                write.Now,
                entity.Id.Value,
                write.Workspace.Value
            );
            return (entity.Id, entity.Name);
        }
        return null;
    }
}
