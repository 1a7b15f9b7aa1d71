using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Knowledge.Graph;

namespace Millrace.Api.TBackend.Graph;

/// <summary>A graph on the wire. (t-backend §14.1)</summary>
internal sealed record GraphResponse(
    string Id,
    string Name,
    string Description,
    string Role,
    bool IsDefault,
    bool Dedupe,
    long FactCount,
    long NodeCount,
    long EdgeCount,
    DateTime CreatedAt,
    DateTime UpdatedAt
)
{
    public static GraphResponse From(GraphView graph) =>
        new(
            GraphIds.Of(graph.Id),
            graph.Name,
            graph.Description,
            RoleOf(graph.Role),
            graph.IsDefault,
            graph.Dedupe,
            graph.FactCount,
            graph.NodeCount,
            graph.EdgeCount,
            graph.CreatedAt.UtcDateTime,
            graph.UpdatedAt.UtcDateTime
        );

    public static string RoleOf(GraphRole role) =>
        role switch
        {
            GraphRole.Owner => "owner",
            GraphRole.Writer => "writer",
            _ => "reader",
        };
}

internal sealed record FactResponse(
    string Id,
    string GraphId,
    string Fact,
    string? Subject,
    string? Predicate,
    string? Object,
    DateTime? ValidFrom,
    DateTime? ValidTo,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    DateTime? InvalidatedAt,
    double Confidence,
    string? Source,
    string? SessionId,
    JsonElement Metadata,
    string? SupersededBy,
    string MemoryId
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Existing { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FactResponse>? History { get; init; }

    public static FactResponse From(FactView fact) =>
        new(
            GraphIds.FactOf(fact.Id),
            GraphIds.Of(fact.GraphId),
            fact.Text,
            fact.Subject,
            fact.Predicate,
            fact.Object,
            fact.ValidFrom?.UtcDateTime,
            fact.ValidTo?.UtcDateTime,
            fact.RecordedAt.UtcDateTime,
            (fact.RetractedAt ?? fact.RecordedAt).UtcDateTime,
            fact.RetractedAt?.UtcDateTime,
            fact.Confidence,
            fact.Source,
            fact.Session,
            ObjectOf(fact.Metadata),
            fact.SupersededBy is { } next ? GraphIds.FactOf(next) : null,
            GraphIds.Of(fact.EpisodeId)
        );

    /// <summary>An object that nobody gave is empty.</summary>
    public static JsonElement ObjectOf(string? json) => JsonElement.Parse(json ?? "{}");
}

internal sealed record EdgeResponse(
    string Id,
    string GraphId,
    string? SourceId,
    string? SourceName,
    string? TargetId,
    string? TargetName,
    string? Relation,
    string Fact,
    DateTime? ValidFrom,
    DateTime? ValidTo,
    DateTime CreatedAt,
    DateTime? InvalidatedAt,
    double Confidence,
    string? Source,
    IReadOnlyList<string> Episodes
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EdgeResponse>? History { get; init; }

    public static EdgeResponse From(FactView fact) =>
        new(
            GraphIds.EdgeOf(fact.Id),
            GraphIds.Of(fact.GraphId),
            fact.SubjectId is { } subject ? GraphIds.Of(subject) : null,
            fact.Subject,
            fact.ObjectId is { } other ? GraphIds.Of(other) : null,
            fact.Object,
            fact.Predicate,
            fact.Text,
            fact.ValidFrom?.UtcDateTime,
            fact.ValidTo?.UtcDateTime,
            fact.RecordedAt.UtcDateTime,
            fact.RetractedAt?.UtcDateTime,
            fact.Confidence,
            fact.Source ?? fact.Rule,
            fact.EndedBy is { } end
                ? [GraphIds.Of(fact.EpisodeId), GraphIds.Of(end)]
                : [GraphIds.Of(fact.EpisodeId)]
        );
}

internal sealed record NodeResponse(
    string Id,
    string GraphId,
    string Name,
    string Type,
    string? Source,
    IReadOnlyList<string> Aliases,
    string Summary,
    JsonElement Attributes,
    DateTime CreatedAt,
    DateTime UpdatedAt
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EdgeResponse>? Edges { get; init; }

    public static NodeResponse From(EntityView entity) =>
        new(
            GraphIds.Of(entity.Id),
            GraphIds.Of(entity.GraphId),
            entity.Name,
            entity.Type,
            entity.Source,
            entity.Aliases,
            entity.Summary,
            FactResponse.ObjectOf(entity.Attributes),
            entity.CreatedAt.UtcDateTime,
            entity.UpdatedAt.UtcDateTime
        );
}

internal sealed record GraphsResponse(IReadOnlyList<GraphResponse> Graphs);

internal sealed record DeletedResponse(string Id)
{
    public bool Deleted { get; init; } = true;

    public bool Success { get; init; } = true;
}

internal sealed record ShareResponse(string Grantee, string Role, DateTime CreatedAt);

internal sealed record SharesResponse(string GraphId, IReadOnlyList<ShareResponse> Shares);

internal sealed record GraphHit(
    string Type,
    string Id,
    string GraphId,
    string Text,
    double Score,
    DateTime? ValidFrom,
    DateTime? ValidTo,
    string? Source
);

/// <summary>t-backend §14.3</summary>
internal sealed record GraphQueryResponse(
    string? GraphId,
    string Query,
    DateTime At,
    IReadOnlyList<GraphHit> Results,
    IReadOnlyList<FactResponse> Facts,
    IReadOnlyList<NodeResponse> Nodes,
    IReadOnlyList<EdgeResponse> Edges,
    int Count
);

internal sealed record GraphDataResponse(
    string GraphId,
    IReadOnlyList<NodeResponse> Nodes,
    IReadOnlyList<EdgeResponse> Edges
);

internal sealed record GraphPathResponse(string GraphId, IReadOnlyList<EdgeResponse> Edges);

internal sealed record GraphSessionResponse(string SessionId, DateTime MappedAt, long Turns);

internal sealed record GraphSessionsResponse(
    string GraphId,
    IReadOnlyList<GraphSessionResponse> Sessions
);

internal sealed record SessionMappedResponse(bool Success, string SessionId, string GraphId);

internal sealed record MemoryResponse(
    string Id,
    string GraphId,
    string? SessionId,
    string Kind,
    string Text,
    DateTime CreatedAt,
    IReadOnlyList<string> FactIds
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GraphsResponse))]
[JsonSerializable(typeof(DeletedResponse))]
[JsonSerializable(typeof(SharesResponse))]
[JsonSerializable(typeof(IReadOnlyList<FactResponse>))]
[JsonSerializable(typeof(IReadOnlyList<EdgeResponse>))]
[JsonSerializable(typeof(IReadOnlyList<NodeResponse>))]
[JsonSerializable(typeof(GraphQueryResponse))]
[JsonSerializable(typeof(GraphDataResponse))]
[JsonSerializable(typeof(GraphPathResponse))]
[JsonSerializable(typeof(GraphSessionsResponse))]
[JsonSerializable(typeof(SessionMappedResponse))]
[JsonSerializable(typeof(MemoryResponse))]
[JsonSerializable(typeof(GraphTaskResponse))]
[JsonSerializable(typeof(SessionMigrationResponse))]
[JsonSerializable(typeof(GraphDebugResponse))]
internal sealed partial class GraphJson : JsonSerializerContext;
