using System.Text.Json.Serialization;

namespace Millrace.Models.OpenAi;

/// <summary>The answer of <c>GET /models</c>.</summary>
public sealed record ModelList
{
    public string Object { get; init; } = "list";
    public IReadOnlyList<ModelEntry>? Data { get; init; }
}

public sealed record ModelEntry
{
    public string? Id { get; init; }
    public string Object { get; init; } = "model";
    public long? Created { get; init; }
    public string? OwnedBy { get; init; }
}

/// <summary>Every error of this form.</summary>
public sealed record ErrorEnvelope(ErrorBody Error);

public sealed record ErrorBody
{
    public string? Message { get; init; }
    public string? Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Param { get; init; }

    /// <summary>A word for programs. Some peers send a number, which is read as its digits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonConverter(typeof(ArgumentsConverter))]
    public string? Code { get; init; }
}
