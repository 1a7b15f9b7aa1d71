using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.TBackend.Bodies;
using Millrace.Core.Limits;
using Millrace.Knowledge.Graph;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Reads the bodies of the graph's routes. (t-backend §7, §14.4)</summary>
internal static partial class GraphReader
{
    public const int LongestName = 500;

    /// <summary>What is said of a time in another form.</summary>
    public const string InvalidTime =
        "Input should be a valid datetime in ISO 8601, such as 2024, 2024-05, 2024-05-31 or 2024-05-31T12:00:00Z";

    private const int LongestBody = 4 * 1024 * 1024;
    private const int LongestFact = 8_000;
    private const int MostFacts = 1_000;
    private const int LongestText = 4_000;
    private const int LargestObject = 64 * 1024;
    private const int LongestSessionId = 256;
    private const int Timeout = 5_000;

    public static async Task<T> ReadAsync<T>(
        HttpContext http,
        BodyBudget budget,
        Func<ReadOnlyMemory<byte>, T> read
    )
    {
        using var body = await budget.ReadAsync(
            http.Request.Body,
            http.Request.ContentLength,
            LongestBody,
            http.RequestAborted
        );
        return read(body.Bytes);
    }

    /// <summary>The same for a body that is one object; what is wrong with it is told at once.</summary>
    public static Task<T> ReadAsync<T>(
        HttpContext http,
        BodyBudget budget,
        Func<JsonBody, Fields, T> read
    ) =>
        ReadAsync(
            http,
            budget,
            bytes =>
            {
                var errors = new Errors();
                var body = JsonBody.Parse(bytes, Errors.OfBody);
                var result = read(body, new Fields(body, errors, "body"));
                errors.ThrowIfAny();
                return result;
            }
        );

    /// <summary>An array of facts, one fact, or <c>{"facts":[…]}</c>.</summary>
    public static List<NewFact> Facts(ReadOnlyMemory<byte> bytes)
    {
        var errors = new Errors();
        var trimmed = Trim(bytes);
        var isArray = trimmed.Span.StartsWith("["u8);
        var body = JsonBody.Parse(isArray ? Wrapped(trimmed) : trimmed, Errors.OfBody);
        if (!isArray && body.Find("facts") is null)
        {
            var single = Fact(new Fields(body, errors, "body"));
            errors.ThrowIfAny();
            return [single];
        }
        var list = body.Find("facts")!.Value;
        if (list.Kind != JsonTokenType.StartArray)
            throw Errors.Single("list_type", ["body", "facts"], "Input should be a valid list");
        // More than the array stood in the body.
        if (isArray && list.Raw.Length != trimmed.Length)
            throw Errors.Single("json_invalid", ["body", list.Raw.Length], "JSON decode error");
        var facts = new List<NewFact>();
        foreach (var (item, kind) in Items(list.Raw))
        {
            if (facts.Count == MostFacts)
                throw Errors.Single(
                    "too_long",
                    ["body"],
                    $"List should have at most {MostFacts} items",
                    null,
                    new JsonObject { ["max_length"] = MostFacts }
                );
            if (kind == JsonTokenType.StartObject)
                facts.Add(
                    Fact(
                        new Fields(JsonBody.Parse(item, Errors.OfBody), errors, "body", facts.Count)
                    )
                );
            else
                throw Errors.Single(
                    "model_attributes_type",
                    ["body", facts.Count],
                    "Input should be a valid dictionary or object to extract fields from",
                    Errors.Echo(item.Span, kind)
                );
        }
        errors.ThrowIfAny();
        return facts;
    }

    public static FactChange Change(JsonBody body, Fields fields) =>
        new()
        {
            Text = fields.Text("fact", LongestFact),
            ValidFrom = Time(fields, "valid_from"),
            ValidTo = Time(fields, "valid_to"),
            Reopen = body.Has("valid_to") && body.Find("valid_to") is null,
            Confidence = fields.Float("confidence", 0, 1),
            Metadata = Object(fields, "metadata"),
        };

    public static EntityChange Entity(Fields fields, bool isNew) =>
        new()
        {
            Name = isNew
                ? fields.RequiredText("name", LongestName)
                : fields.Text("name", LongestName),
            Type = fields.Text("type", LongestName, shortest: 0),
            Summary = fields.Text("summary", LongestText, shortest: 0),
            Attributes = Object(fields, "attributes"),
            Aliases = fields.Texts("aliases"),
        };

    public static NewFact Edge(Fields fields)
    {
        var relation = fields.RequiredText("relation", LongestName);
        return new NewFact
        {
            Text = fields.Text("fact", LongestFact) ?? "",
            Predicate = relation,
            ValidFrom = Time(fields, "valid_from"),
            ValidTo = Time(fields, "valid_to"),
            Confidence = fields.Float("confidence", 0, 1) ?? 1,
            Source = fields.Text("source", LongestText, shortest: 0),
        };
    }

    public static string SessionId(Fields fields) =>
        fields.RequiredText("session_id", LongestSessionId);

    /// <summary>A time as ISO 8601 writes it, in UTC where it says nothing else; a year or a month stands for its first moment.</summary>
    public static DateTimeOffset? ParseTime(string text)
    {
        if (!Iso8601().IsMatch(text))
            return null;
        // What is left out of a date is its first.
        var whole = text.Length <= 10 ? text + "0000-01-01"[text.Length..] : text;
        return DateTimeOffset.TryParse(
            whole,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;
    }

    private static NewFact Fact(Fields fields) =>
        new()
        {
            Text = fields.RequiredText("fact", LongestFact),
            Subject = fields.Text("subject", LongestName),
            Predicate = fields.Text("predicate", LongestName),
            Object = fields.Text("object", LongestText),
            ValidFrom = Time(fields, "valid_from"),
            ValidTo = Time(fields, "valid_to"),
            Confidence = fields.Float("confidence", 0, 1) ?? 1,
            Source = fields.Text("source", LongestText, shortest: 0),
            Session = fields.Text("session_id", LongestSessionId),
            Metadata = Object(fields, "metadata"),
        };

    private static DateTimeOffset? Time(Fields fields, string name)
    {
        if (fields.Text(name, 64) is not { Length: > 0 } text)
            return null;
        if (ParseTime(text) is { } time)
            return time;
        fields.Wrong(name, null, "datetime_parsing", InvalidTime);
        return null;
    }

    private static string? Object(Fields fields, string name) =>
        fields.Object(name, LargestObject)?.GetRawText();

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        var start = bytes.Span.IndexOfAnyExcept(" \t\r\n"u8);
        var end = bytes.Span.LastIndexOfAnyExcept(" \t\r\n"u8);
        return start < 0 ? default : bytes[start..(end + 1)];
    }

    // So that one parser holds both to the same rules.
    private static byte[] Wrapped(ReadOnlyMemory<byte> array) =>
        [.. "{\"facts\":"u8, .. array.Span, (byte)'}'];

    private static List<(ReadOnlyMemory<byte> Item, JsonTokenType Kind)> Items(
        ReadOnlyMemory<byte> array
    )
    {
        var items = new List<(ReadOnlyMemory<byte>, JsonTokenType)>();
        var reader = new Utf8JsonReader(array.Span);
        reader.Read();
        while (
            reader.Read() && reader.TokenType != JsonTokenType.EndArray && items.Count <= MostFacts
        )
        {
            var (start, kind) = ((int)reader.TokenStartIndex, reader.TokenType);
            reader.Skip();
            items.Add((array[start..(int)reader.BytesConsumed], kind));
        }
        return items;
    }

    [GeneratedRegex(
        @"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?)?\z",
        RegexOptions.ExplicitCapture,
        Timeout
    )]
    private static partial Regex Iso8601();
}
