using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Millrace.Api.Shared.Bodies;

/// <summary>
/// A body that is one JSON object, as views on the buffer that it was read into: nothing is copied before a field is
/// asked for. What JSON itself demands is checked here, a field's own rules by each surface. Of equal names the last counts.
/// </summary>
internal sealed class JsonBody
{
    private const int Deepest = 64;
    private const int MostFields = 1000;
    private const int LongestName = 1000;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Dictionary<string, JsonField> _fields = new(StringComparer.Ordinal);

    private JsonBody(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <param name="refuse">The surface's failure for a body that is empty, not JSON, not UTF-8, too deep, or no object.</param>
    public static JsonBody Parse(ReadOnlyMemory<byte> bytes, Func<BodyFault, Exception> refuse)
    {
        try
        {
            return Parse(bytes);
        }
        catch (BadBody bad)
        {
            throw refuse(bad.Fault);
        }
    }

    private static JsonBody Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
            throw new BadBody(new BodyFault(BodyFaultKind.Empty));
        if (!Utf8.IsValid(bytes.Span))
            throw Malformed(0, "The body is not valid UTF-8");
        var body = new JsonBody(bytes);
        try
        {
            body.ReadFields();
        }
        catch (JsonException failure)
        {
            throw Malformed(failure.BytePositionInLine ?? 0, Cause(failure));
        }
        return body;
    }

    /// <summary>The field's value; null when it is absent or null.</summary>
    public JsonField? Find(string name) =>
        _fields.TryGetValue(name, out var field) && field.Kind != JsonTokenType.Null ? field : null;

    /// <summary>Whether the field is there at all, if only as null.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    private void ReadFields()
    {
        var reader = new Utf8JsonReader(_bytes.Span, new JsonReaderOptions { MaxDepth = Deepest });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var kind = reader.TokenType;
            reader.Skip();
            while (reader.Read()) { }
            throw new BadBody(
                new BodyFault(BodyFaultKind.NotObject)
                {
                    Value = new JsonField(_bytes.Trim(" \t\r\n"u8), kind),
                }
            );
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_fields.Count == MostFields)
                throw Malformed(reader.TokenStartIndex, $"More than {MostFields} fields");
            if (reader.ValueSpan.Length > LongestName)
                throw Malformed(reader.TokenStartIndex, "A field's name is too long");
            CheckText(ref reader);
            var name = reader.GetString()!;
            reader.Read();
            var kind = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            SkipValue(ref reader);
            _fields[name] = new JsonField(_bytes[start..(int)reader.BytesConsumed], kind);
        }
        // Reads on to the end, so that what follows the object is refused too.
        while (reader.Read()) { }
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        CheckText(ref reader);
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        while (reader.Read() && reader.CurrentDepth > depth)
            CheckText(ref reader);
    }

    /// <summary>Half of a surrogate pair is JSON and not text; it must not get past here.</summary>
    private static void CheckText(ref Utf8JsonReader reader)
    {
        var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (isText && reader.ValueIsEscaped && HoldsHalfAPair(reader.ValueSpan))
            throw Malformed(reader.TokenStartIndex, "A string holds half of a surrogate pair");
    }

    /// <summary>Looks at the escapes as they stand, since a string of many megabytes is not to be copied.</summary>
    private static bool HoldsHalfAPair(ReadOnlySpan<byte> escaped)
    {
        var needsLow = false;
        while (true)
        {
            var next = escaped.IndexOf((byte)'\\');
            if (needsLow && next != 0)
                return true;
            if (next < 0)
                return false;
            escaped = escaped[next..];
            var isUnit = escaped[1] == 'u';
            var unit = isUnit ? Unit(escaped.Slice(2, 4)) : '\0';
            if (needsLow != char.IsLowSurrogate(unit))
                return true;
            needsLow = char.IsHighSurrogate(unit);
            escaped = escaped[(isUnit ? 6 : 2)..];
        }
    }

    private static char Unit(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out ushort unit, out _, 'x') ? (char)unit : '\0';

    private static BadBody Malformed(long position, string cause) =>
        new(new BodyFault(BodyFaultKind.NotJson) { Position = position, Cause = cause });

    /// <summary>The parser's own sentence without the position and the piece of input that it appends.</summary>
    private static string Cause(JsonException failure) =>
        failure.Message.Contains("depth", StringComparison.Ordinal)
            ? $"Nested deeper than {Deepest} levels"
            : "The body is not valid JSON";

    private sealed class BadBody(BodyFault fault) : Exception
    {
        public BodyFault Fault { get; } = fault;
    }
}

internal enum BodyFaultKind
{
    Empty,
    NotJson,
    NotObject,
}

/// <summary>Why a body is no JSON object.</summary>
internal sealed record BodyFault(BodyFaultKind Kind)
{
    /// <summary>Where it stops being JSON.</summary>
    public long Position { get; init; }

    public string Cause { get; init; } = "";

    /// <summary>What stands in the place of an object.</summary>
    public JsonField Value { get; init; }
}

/// <summary>One field's value as it stands in the body, quotes and brackets included.</summary>
internal readonly record struct JsonField(ReadOnlyMemory<byte> Raw, JsonTokenType Kind)
{
    /// <summary>
    /// Levels of an object that is kept and shown again: what it is shown in adds to them, and most readers stop at 64.
    /// </summary>
    public const int DeepestKept = 32;

    public bool IsTooDeepToKeep
    {
        get
        {
            var reader = new Utf8JsonReader(Raw.Span);
            while (reader.Read())
            {
                var opens =
                    reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
                if (opens && reader.CurrentDepth >= DeepestKept)
                    return true;
            }
            return false;
        }
    }
}
