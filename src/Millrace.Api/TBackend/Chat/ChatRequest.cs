using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Millrace.Api.TBackend.Chat;

/// <summary>The shape of a request to <c>/chat</c>, for the OpenAPI document; <see cref="ChatReader"/> reads it. (t-backend §9.1)</summary>
internal sealed record ChatRequest
{
    [Description("What to answer; counted in Unicode code points.")]
    [MinLength(1), MaxLength(ChatReader.LongestMessage)]
    public required string Message { get; init; }

    [Description("The conversation's handle. Left out, the answer names a new one.")]
    [MinLength(1), MaxLength(ChatReader.LongestSessionId)]
    public string? SessionId { get; init; }

    [Description(
        "A picture as a data URI or bare base64: PNG, JPEG, WebP or GIF, up to 25 MB decoded."
    )]
    public string? ImageData { get; init; }

    [DefaultValue(false)]
    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }

    [Description("`text` (default) or `structured`: one JSON object, in `reply_json`.")]
    [AllowedValues("text", "structured")]
    public string? OutputMode { get; init; }

    [Description("Replaces the system prompt.")]
    public string? System { get; init; }

    [Description("A configured persona; unknown names are ignored.")]
    public string? Persona { get; init; }

    [Description("Another name for `persona`.")]
    public string? Profile { get; init; }

    [Range(0, 2)]
    public double? Temperature { get; init; }

    [Range(0, 1)]
    public double? TopP { get; init; }

    [Range(1, ChatReader.MostTokens)]
    public int? MaxTokens { get; init; }

    [Description("Kept with the turn, not shown to the model.")]
    public JsonObject? Meta { get; init; }

    [Description("Shown to the model as untrusted data.")]
    public JsonObject? Context { get; init; }

    [Description(
        "A UUID v4 that names this turn: sent again within 24 hours, the stored answer comes back."
    )]
    public string? RequestId { get; init; }

    [Description("Vector stores that may be searched; `[]` for none.")]
    public IReadOnlyList<string>? VectorStoreIds { get; init; }

    [Description("Graphs that may be used, 20 at most; `[]` for none.")]
    public IReadOnlyList<string>? GraphIds { get; init; }

    [Description(
        "Names of the only tools that may be used, or an object of names that are switched on or off."
    )]
    public JsonNode? Tools { get; init; }

    [Description("A configured model's name; unknown names are ignored.")]
    public string? Model { get; init; }
}

internal sealed record StreamOptions
{
    [Description("Whether a last frame carries everything of the plain answer but the reply.")]
    public bool? IncludeSummary { get; init; }
}
