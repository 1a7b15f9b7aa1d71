using System.ComponentModel;
using System.Text.Json.Nodes;

namespace Millrace.Api.TBackend.Graph;

/// <summary>The shapes of requests, for the OpenAPI document; <see cref="GraphReader"/> reads them. (t-backend §14.4)</summary>
internal sealed record FactRequest
{
    [Description("What is so, in a sentence; relations and dates in it are read by rule.")]
    public required string Fact { get; init; }

    public string? Subject { get; init; }

    public string? Predicate { get; init; }

    public string? Object { get; init; }

    [Description("ISO 8601, or a year or month alone. Left out: the text's own date, else now.")]
    public string? ValidFrom { get; init; }

    public string? ValidTo { get; init; }

    public double? Confidence { get; init; }

    public string? Source { get; init; }

    public string? SessionId { get; init; }

    public JsonObject? Metadata { get; init; }
}

internal sealed record FactUpdate
{
    public required string FactId { get; init; }

    public string? Fact { get; init; }

    public string? ValidFrom { get; init; }

    [Description("`null` opens the fact again.")]
    public string? ValidTo { get; init; }

    public double? Confidence { get; init; }

    public JsonObject? Metadata { get; init; }
}

internal sealed record GraphRequest
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    [Description("Whether a text that is valid in the graph already is not written again.")]
    public bool? Dedupe { get; init; }
}

internal sealed record ShareRequest
{
    [Description("The number of the key that gets the role; or `owner`.")]
    public long? KeyId { get; init; }

    public string? Owner { get; init; }

    [Description("`writer`, `reader`, or `none` to take it away.")]
    public required string Role { get; init; }
}

internal sealed record SessionMapRequest
{
    public required string SessionId { get; init; }

    public required string GraphId { get; init; }
}

internal sealed record NodeRequest
{
    public required string Name { get; init; }

    public string? Type { get; init; }

    public IReadOnlyList<string>? Aliases { get; init; }

    public string? Summary { get; init; }

    public JsonObject? Attributes { get; init; }
}

internal sealed record EdgeRequest
{
    public required string SourceId { get; init; }

    public required string TargetId { get; init; }

    public required string Relation { get; init; }

    [Description("The relation as a sentence; made of the three when it is left out.")]
    public string? Fact { get; init; }

    public string? ValidFrom { get; init; }

    public string? ValidTo { get; init; }

    public double? Confidence { get; init; }

    public string? Source { get; init; }
}
