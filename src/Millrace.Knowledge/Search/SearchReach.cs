using System.Text.Json;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Stores;

namespace Millrace.Knowledge.Search;

/// <summary>A document that may be searched.</summary>
/// <param name="Model">The embedding model of its vectors, if it has any.</param>
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
    private const string Ready = """
        SELECT d.id, d.model, d.language, f.public_id, f.name, f.content_type, f.document_id, f.metadata
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
        if (stores is null)
            Add(await db.QueryAsync(Ready, Read, db.Workspace.Value));
        foreach (var store in stores ?? [])
            Add(
                await db.QueryAsync(
                    $"{Ready} AND s.store_id = $2",
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
