using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Millrace.Api.Shared.Failures;

namespace Millrace.Api.TBackend.Bodies;

/// <summary>The request does not match its schema, in all the ways that are listed.</summary>
internal sealed class Unprocessable(IReadOnlyList<ValidationError> errors)
    : SurfaceFailure(422, "unprocessable", "The request does not match its schema.")
{
    public IReadOnlyList<ValidationError> Errors { get; } = errors;
}

/// <summary>One way in which a request does not match, as the original's framework tells it. (t-backend §6.1)</summary>
/// <param name="Loc">Where: <c>body</c>, <c>query</c>, <c>path</c> or <c>header</c>, then names and positions.</param>
/// <param name="Input">What was there instead, when it is short and no secret.</param>
/// <param name="Ctx">The limits that the message speaks of.</param>
internal sealed record ValidationError(
    string Type,
    JsonNode[] Loc,
    string Msg,
    JsonNode? Input,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonObject? Ctx = null
);
