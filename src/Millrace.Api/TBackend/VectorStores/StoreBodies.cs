using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.TBackend.Bodies;
using Millrace.Api.TBackend.Files;
using Millrace.Core.Limits;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Stores;

namespace Millrace.Api.TBackend.VectorStores;

/// <summary>Reads the bodies of the routes of vector stores.</summary>
internal sealed class StoreBodies(BodyBudget budget)
{
    public const int LongestName = 256;
    public const int LongestQuery = 8_000;
    public const int MostResults = 50;

    private const int LongestDescription = 8_000;
    private const int LongestFileId = 64;
    private const int LargestObject = 64 * 1024;
    private const int DefaultResults = 8;

    /// <param name="isNew">Whether a name has to be there.</param>
    public Task<StoreFields> StoreAsync(HttpContext http, bool isNew) =>
        ReadAsync(
            http,
            fields => new StoreFields(
                isNew ? fields.RequiredText("name", LongestName) : fields.Text("name", LongestName)
            )
            {
                Description = fields.Text("description", LongestDescription, shortest: 0),
                Metadata = fields.Object("metadata", LargestObject)?.GetRawText(),
                Dedupe = fields.Flag("dedupe"),
            }
        );

    public Task<(string FileId, Deduplication Dedupe)> FileAsync(HttpContext http) =>
        ReadAsync(
            http,
            fields =>
                (
                    fields.RequiredText("file_id", LongestFileId),
                    new Deduplication
                    {
                        ByRequest = fields.Flag("dedupe"),
                        ByKey = http.Caller().Dedupe,
                        Force =
                            (fields.Flag(Bypass.Field) ?? false) || Bypass.IsAsked(http.Request),
                    }
                )
        );

    public Task<SearchWish> SearchAsync(HttpContext http) =>
        ReadAsync(
            http,
            fields => new SearchWish(
                fields.RequiredText("query", LongestQuery),
                fields.Integer("top_k", 1, MostResults) ?? DefaultResults,
                fields.Float("min_score", 0, 1) ?? 0,
                fields
                    .Object("filters", LargestObject)
                    ?.EnumerateObject()
                    .GroupBy(member => member.Name, StringComparer.Ordinal)
                    .ToDictionary(
                        members => members.Key,
                        members => members.Last().Value,
                        StringComparer.Ordinal
                    )
            )
        );

    private async Task<T> ReadAsync<T>(HttpContext http, Func<Fields, T> read)
    {
        using var body = await budget.ReadAsync(
            http.Request.Body,
            http.Request.ContentLength,
            WriteOnce.LongestBody,
            http.RequestAborted
        );
        var errors = new Errors();
        var value = read(new Fields(JsonBody.Parse(body.Bytes, Errors.OfBody), errors, "body"));
        errors.ThrowIfAny();
        return value;
    }
}

/// <summary>A search, read and checked.</summary>
internal sealed record SearchWish(
    string Query,
    int Most,
    double MinScore,
    IReadOnlyDictionary<string, JsonElement>? Filters
);

/// <summary>The body of a new or changed store, for the OpenAPI document.</summary>
internal sealed record StoreRequest
{
    [MinLength(1), MaxLength(StoreBodies.LongestName)]
    public string? Name { get; init; }

    public string? Description { get; init; }

    public JsonObject? Metadata { get; init; }

    [Description("Whether a file that is added to it is held against those that are there.")]
    public bool? Dedupe { get; init; }
}

/// <summary>The body that adds a file, for the OpenAPI document.</summary>
internal sealed record StoreFileRequest
{
    public required string FileId { get; init; }

    [Description(
        "Whether a file with the same content that the store has already stands for it. Left out: as the store, the key or the installation has it."
    )]
    public bool? Dedupe { get; init; }

    [Description("Whether it is read again, and added whatever the store has.")]
    public bool? Force { get; init; }
}

/// <summary>The body of a search, for the OpenAPI document.</summary>
internal sealed record SearchRequest
{
    [MinLength(1), MaxLength(StoreBodies.LongestQuery)]
    public required string Query { get; init; }

    [Range(1, StoreBodies.MostResults), DefaultValue(8)]
    public int? TopK { get; init; }

    [Range(0, 1)]
    public double? MinScore { get; init; }

    [Description(
        "Values by name, of the file's metadata or its `file_id`, `filename`, `content_type`, `document_id`, `language`; a list means any of."
    )]
    public JsonObject? Filters { get; init; }
}
