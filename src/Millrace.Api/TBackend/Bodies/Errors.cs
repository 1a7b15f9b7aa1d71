using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Api.Shared.Bodies;

namespace Millrace.Api.TBackend.Bodies;

/// <summary>Gathers what is wrong with a request, so that all of it is told at once.</summary>
internal sealed class Errors
{
    private const int LongestEcho = 100;
    private const int Most = 100;

    private readonly List<ValidationError> _all = [];

    /// <exception cref="Unprocessable">Something is wrong.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0)
            throw new Unprocessable(_all);
    }

    public void Add(
        string type,
        JsonNode[] at,
        string message,
        JsonNode? input,
        JsonObject? limits = null
    )
    {
        if (_all.Count < Most)
            _all.Add(new ValidationError(type, at, message, input, limits));
    }

    public static Unprocessable Single(
        string type,
        JsonNode[] at,
        string message,
        JsonNode? input = null,
        JsonObject? limits = null
    ) => new([new ValidationError(type, at, message, input, limits)]);

    /// <summary>For a body that is no JSON object.</summary>
    public static Unprocessable OfBody(BodyFault fault) =>
        fault.Kind switch
        {
            BodyFaultKind.Empty => Single("missing", ["body"], "Field required"),
            BodyFaultKind.NotObject => Single(
                "model_attributes_type",
                ["body"],
                "Input should be a valid dictionary or object to extract fields from",
                Echo(fault.Value.Raw.Span, fault.Value.Kind)
            ),
            _ => Single(
                "json_invalid",
                ["body", fault.Position],
                "JSON decode error",
                new JsonObject(),
                new JsonObject { ["error"] = fault.Cause }
            ),
        };

    /// <summary>What may be shown of a value again: scalars that are short; of the rest only its kind.</summary>
    public static JsonNode? Echo(ReadOnlySpan<byte> value, JsonTokenType kind) =>
        kind switch
        {
            JsonTokenType.StartObject => new JsonObject(),
            JsonTokenType.StartArray => new JsonArray(),
            JsonTokenType.Null => null,
            // An escape may be half of a surrogate pair, which cannot be written again.
            _ when value.Length > LongestEcho || value.IndexOf("\\u"u8) >= 0 => "…",
            _ => JsonNode.Parse(Encoding.UTF8.GetString(value)),
        };

    public static JsonNode? Echo(string value) => value.Length > LongestEcho ? "…" : value;
}
