using System.Text.Json;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Stores;

namespace Millrace.Knowledge.Search;

/// <summary>A document that may be searched.</summary>
/// <param name="Model">The embedding model of its vectors, if it has any.</param>
/// <param name="Metadata">Read only where filters ask for it: of all files of a workspace it can be much.</param>
internal sealed record Searchable(
    Id<Document> Id,
    string? Model,
    string? Language,
    string FileId,
    string FileName,
    string ContentType,
    string? DocumentId,
    string? Metadata
);

/// <summary>Which documents a search may find: those of the stores, that are ready, and that the filters let through.</summary>
internal static class SearchReach
{
    private const string Columns =
        "SELECT d.id, d.model, d.language, f.public_id, f.name, f.content_type, f.document_id";
    private const string Ready = """
        FROM store_files s JOIN documents d ON d.file_id = s.file_id JOIN files f ON f.id = s.file_id
        WHERE s.workspace_id = $1 AND d.workspace_id = $1 AND d.state IN ('embedding', 'completed')
        """;

    /// <param name="stores">Null for all of the workspace.</param>
    public static async ValueTask<Dictionary<Id<Document>, Searchable>> FindAsync(
        Db db,
        IReadOnlyCollection<Id<VectorStore>>? stores,
        IReadOnlyDictionary<string, JsonElement>? filters
    )
    {
        var found = new Dictionary<Id<Document>, Searchable>();
        var ready = $"{Columns}, {(filters is { Count: > 0 } ? "f.metadata" : "NULL")} {Ready}";
        if (stores is null)
            Add(await db.QueryAsync(ready, Read, db.Workspace.Value));
        foreach (var store in stores ?? [])
            Add(
                await db.QueryAsync(
                    $"{ready} AND s.store_id = $2",
                    Read,
                    db.Workspace.Value,
                    store.Value
                )
            );
        return found;

        void Add(List<Searchable> documents)
        {
            foreach (var document in documents.Where(document => Passes(document, filters)))
                found[document.Id] = document;
        }
    }

    /// <summary>The metadata of some documents' files, of those that have any.</summary>
    public static async ValueTask<Dictionary<Id<Document>, string>> MetadataAsync(
        Db db,
        IEnumerable<Id<Document>> documents
    )
    {
        var found = new Dictionary<Id<Document>, string>();
        foreach (var document in documents.Distinct())
        {
            var metadata = await db.FirstAsync(
                """
                SELECT f.metadata FROM documents d JOIN files f ON f.id = d.file_id
                WHERE d.workspace_id = $1 AND d.id = $2
                """,
                row => row.TextOrNull(0),
                db.Workspace.Value,
                document.Value
            );
            if (metadata is not null)
                found.Add(document, metadata);
        }
        return found;
    }

    private static Searchable Read(Row row) =>
        new(
            row.Id<Document>(0),
            row.TextOrNull(1),
            row.TextOrNull(2),
            row.Text(3),
            row.Text(4),
            row.Text(5),
            row.TextOrNull(6),
            row.TextOrNull(7)
        );

    /// <summary>Every filter names a value of the file's, or a list of which one is it.</summary>
    private static bool Passes(
        Searchable document,
        IReadOnlyDictionary<string, JsonElement>? filters
    )
    {
        if (filters is not { Count: > 0 })
            return true;
        using var metadata = JsonDocument.Parse(document.Metadata ?? "{}");
        return filters.All(filter =>
        {
            var actual = ValueOf(document, metadata.RootElement, filter.Key);
            return filter.Value.ValueKind == JsonValueKind.Array
                ? filter.Value.EnumerateArray().Any(wanted => Same(wanted, actual))
                : Same(filter.Value, actual);
        });
    }

    private static string? ValueOf(Searchable document, JsonElement metadata, string name) =>
        metadata.TryGetProperty(name, out var value)
            ? TextOf(value)
            : name switch
            {
                "file_id" => document.FileId,
                "filename" => document.FileName,
                "content_type" => document.ContentType,
                "document_id" => document.DocumentId,
                "language" => document.Language,
                _ => null,
            };

    private static bool Same(JsonElement wanted, string? actual) =>
        actual is not null && TextOf(wanted) == actual;

    private static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
