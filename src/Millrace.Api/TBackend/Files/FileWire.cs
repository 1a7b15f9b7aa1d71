using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Millrace.Knowledge.Files;

namespace Millrace.Api.TBackend.Files;

/// <summary>The answer to an upload. (t-backend §12.1)</summary>
internal sealed record FileUploadResponse(
    string FileId,
    string Filename,
    long Size,
    string ContentType,
    long CreatedAt,
    string Sha256,
    bool Deduplicated,
    string Status
)
{
    public static FileUploadResponse From(AddedFile added) =>
        new(
            added.File.PublicId,
            added.File.Name,
            added.File.Size,
            added.File.ContentType,
            added.File.CreatedAt.ToUnixTimeSeconds(),
            added.File.Sha256,
            added.Deduplicated,
            "uploaded"
        );
}

internal sealed record FileResponse(
    string FileId,
    string Filename,
    long Size,
    string ContentType,
    long CreatedAt,
    string Sha256,
    string? DocumentId,
    string? Purpose,
    JsonNode? Metadata,
    string Status
)
{
    public static FileResponse From(StoredFile file) =>
        new(
            file.PublicId,
            file.Name,
            file.Size,
            file.ContentType,
            file.CreatedAt.ToUnixTimeSeconds(),
            file.Sha256,
            file.DocumentId,
            file.Purpose,
            JsonNode.Parse(file.Metadata ?? "{}"),
            "uploaded"
        );
}

internal sealed record FileList(IReadOnlyList<FileResponse> Files);

internal sealed record FileDeleted(string Id, string FileId, bool Deleted);

/// <summary>The body of an upload, for the OpenAPI document; <see cref="UploadReader"/> reads it.</summary>
internal sealed record FileUrlRequest
{
    public string? Url { get; init; }

    public string? Filename { get; init; }

    public string? VectorStoreId { get; init; }

    public string? Purpose { get; init; }

    public JsonObject? Metadata { get; init; }

    public bool? Dedupe { get; init; }

    public string? DocumentId { get; init; }

    public bool? Force { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileUploadResponse))]
[JsonSerializable(typeof(FileResponse))]
[JsonSerializable(typeof(FileList))]
[JsonSerializable(typeof(FileDeleted))]
internal sealed partial class FilesJson : JsonSerializerContext
{
    /// <summary>Names stay readable: only what JSON itself demands is escaped.</summary>
    public static FilesJson Plain { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
