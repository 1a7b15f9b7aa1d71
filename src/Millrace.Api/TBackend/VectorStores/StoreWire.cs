using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Search;
using Millrace.Knowledge.Stores;

namespace Millrace.Api.TBackend.VectorStores;

/// <summary>A vector store. Its id stands under both names that clients read. (t-backend §12.6)</summary>
internal sealed record StoreResponse(
    string Id,
    string VectorStoreId,
    string Name,
    string? Description,
    long CreatedAt,
    FileCounts FileCounts,
    string Status,
    long UsageBytes,
    JsonNode? Metadata,
    bool Dedupe
)
{
    public static StoreResponse From(StoreSummary summary) =>
        new(
            summary.Store.PublicId,
            summary.Store.PublicId,
            summary.Store.Name,
            summary.Store.Description,
            summary.Store.CreatedAt.ToUnixTimeSeconds(),
            new FileCounts(
                summary.InProgress,
                summary.Completed,
                summary.Failed,
                // A file whose reading is cancelled is in no store any more.
                Cancelled: 0,
                summary.InProgress + summary.Completed + summary.Failed
            ),
            summary.InProgress > 0 ? "in_progress" : "completed",
            summary.Bytes,
            JsonNode.Parse(summary.Store.Metadata ?? "{}"),
            summary.Store.Dedupe
        );
}

internal sealed record FileCounts(
    long InProgress,
    long Completed,
    long Failed,
    long Cancelled,
    long Total
);

internal sealed record StoreDeleted(string Id, bool Deleted, bool Success);

/// <summary>A file in a store.</summary>
internal sealed record StoreFileResponse(
    string FileId,
    string Filename,
    DateTime AddedAt,
    string VectorStoreId,
    string Id,
    string Status,
    long Progress,
    long Chunks,
    long Size,
    string ContentType,
    FileError? LastError
)
{
    /// <summary>Of a file that was just added: whether this is another one with its content, which was there before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Deduplicated { get; init; }

    public static StoreFileResponse From(StoreEntry entry, string storeId) =>
        new(
            entry.File.PublicId,
            entry.File.Name,
            entry.AddedAt.UtcDateTime,
            storeId,
            entry.File.PublicId,
            entry.Document.State switch
            {
                DocumentState.Completed => "completed",
                DocumentState.Failed => "failed",
                _ => "in_progress",
            },
            entry.Document.Progress,
            entry.Document.Chunks,
            entry.File.Size,
            entry.File.ContentType,
            entry.Document is { ErrorCode: { } code, Error: { } message }
                ? new FileError(code, message)
                : null
        );
}

/// <summary>Why a file could not be read.</summary>
internal sealed record FileError(string Code, string Message);

internal sealed record StoreFileDeleted(string FileId, bool Deleted);

internal sealed record SearchResponse(string Query, IReadOnlyList<SearchResult> Results);

/// <summary>A chunk that was found.</summary>
/// <param name="Start">Where it stands in the document's text, in UTF-16 code units.</param>
/// <param name="Snippet">The part of it that shows why.</param>
/// <param name="Highlights">Pairs of begin and end of the question's words in the snippet.</param>
internal sealed record SearchResult(
    string FileId,
    string Filename,
    double Score,
    string Text,
    long ChunkIndex,
    long? Page,
    long Start,
    long End,
    JsonNode? Metadata,
    string Snippet,
    IReadOnlyList<int[]> Highlights
)
{
    public static SearchResult From(FoundChunk found) =>
        new(
            found.FileId,
            found.FileName,
            found.Score,
            found.Text,
            found.Number,
            found.Page,
            found.StartsAt,
            found.EndsAt,
            JsonNode.Parse(found.Metadata ?? "{}"),
            found.Snippet.Text,
            [.. found.Snippet.Highlights.Select(place => new[] { place.Start, place.End })]
        );
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoreResponse))]
[JsonSerializable(typeof(IReadOnlyList<StoreResponse>), TypeInfoPropertyName = "Stores")]
[JsonSerializable(typeof(StoreDeleted))]
[JsonSerializable(typeof(StoreFileResponse))]
[JsonSerializable(typeof(IReadOnlyList<StoreFileResponse>), TypeInfoPropertyName = "StoreFiles")]
[JsonSerializable(typeof(StoreFileDeleted))]
[JsonSerializable(typeof(SearchResponse))]
internal sealed partial class StoresJson : JsonSerializerContext
{
    /// <summary>Text stays readable: only what JSON itself demands is escaped.</summary>
    public static StoresJson Plain { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
