using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Millrace.Agents.Chat;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Bodies;
using Millrace.Api.TBackend.Profiles;
using Millrace.Core.Failures;
using Millrace.Models.Images;

namespace Millrace.Api.TBackend.Chat;

/// <summary>Reads a request to <c>/chat</c>: body, query and what the key and the profile say. (t-backend §9.1)</summary>
internal static class ChatReader
{
    public const int LongestMessage = 32_000;
    public const int LongestSessionId = 256;
    public const int MostTokens = 262_144;

    private const int LongestSystem = 400_000;
    private const int LongestName = 256;

    // Each of them is searched for every turn.
    private const int MostGraphs = 20;
    private const int LargestObject = 1024 * 1024;
    private const int DefaultTokens = 2048;

    private static readonly Dictionary<string, bool> OutputModes = new(StringComparer.Ordinal)
    {
        ["text"] = false,
        ["structured"] = true,
    };

    private static readonly Dictionary<string, StreamDialect> Dialects = new(StringComparer.Ordinal)
    {
        ["json"] = StreamDialect.Json,
        ["text"] = StreamDialect.Text,
        ["ndjson"] = StreamDialect.Ndjson,
    };

    /// <exception cref="Unprocessable">The request does not match its schema.</exception>
    /// <exception cref="TooLarge">The image is.</exception>
    public static ChatCall Read(HttpContext http, ReadOnlyMemory<byte> bytes, Profile profile)
    {
        var body = JsonBody.Parse(bytes, Errors.OfBody);
        var errors = new Errors();
        var fields = new Fields(body, errors, "body");
        var turn = new TurnRequest
        {
            Principal = http.Caller(),
            Endpoint = ChatRoute.Path,
            Message = fields.RequiredText("message", LongestMessage),
            SessionId = fields.Text("session_id", LongestSessionId),
            Remembers = profile != Profile.V3Current,
            System = fields.Text("system", LongestSystem, shortest: 0),
            Persona = Either(
                fields.Text("persona", LongestName, shortest: 0),
                fields.Text("profile", LongestName, shortest: 0)
            ),
            Context = fields.Object("context", LargestObject),
            Meta = fields.Object("meta", LargestObject),
            Tools = fields.Names("tools"),
            Model = fields.Text("model", LongestName, shortest: 0),
            Temperature = fields.Float("temperature", 0, 2),
            TopP = fields.Float("top_p", 0, 1),
            MaxTokens = fields.Integer("max_tokens", 1, MostTokens) ?? DefaultTokens,
            Structured =
                WantsStructure(http.Request, fields, errors) && profile != Profile.V3Current,
            RequestKey = RequestId(fields),
            Image = Image(fields, errors),
        };
        var stream = Stream(http, fields, errors, profile);
        var stores = Stores(fields, body);
        var graphs = fields.Texts("graph_ids", MostGraphs);
        errors.ThrowIfAny();
        return new ChatCall(turn, stores, graphs, stream);
    }

    private static bool WantsStructure(HttpRequest request, Fields fields, Errors errors)
    {
        var inBody = fields.OneOf("output_mode", OutputModes) ?? false;
        return (Query(request, "output", OutputModes, errors) ?? false) || inBody;
    }

    private static StreamWish? Stream(
        HttpContext http,
        Fields fields,
        Errors errors,
        Profile profile
    )
    {
        var wanted = fields.Flag("stream") ?? false;
        var chosen = Query(http.Request, "stream_format", Dialects, errors);
        var summary = fields.Inner("stream_options")?.Flag("include_summary") ?? false;
        return wanted ? new StreamWish(chosen ?? DefaultDialect(http, profile), summary) : null;
    }

    private static StreamDialect DefaultDialect(HttpContext http, Profile profile)
    {
        var accept = http.Request.Headers.Accept.ToString();
        if (accept.Contains("application/x-ndjson", StringComparison.OrdinalIgnoreCase))
            return StreamDialect.Ndjson;
        if (Dialects.TryGetValue(http.Caller().StreamDialect, out var ofKey))
            return ofKey;
        return profile == Profile.V2 ? StreamDialect.Text : StreamDialect.Json;
    }

    private static IReadOnlyList<string>? Stores(Fields fields, JsonBody body)
    {
        var named =
            body.Has("vector_store_ids") ? "vector_store_ids"
            : body.Has("vector_stores") ? "vector_stores"
            : "store_ids";
        var single = fields.Text("vector_store_id", LongestName);
        return fields.Texts(named) ?? (single is null ? null : [single]);
    }

    /// <summary>Outside metered mode an id that is no UUID v4 is passed over. (t-backend §4)</summary>
    private static string? RequestId(Fields fields) =>
        fields.Text("request_id", LongestName, shortest: 0) is { } id
        && Guid.TryParse(id, out var value)
        && value.Version == 4
            ? value.ToString()
            : null;

    private static ImageInput? Image(Fields fields, Errors errors)
    {
        if (fields.RawText("image_data") is not { } text)
            return null;
        try
        {
            return ImageInput.FromBase64(text.Span);
        }
        catch (Invalid failure)
        {
            errors.Add("value_error", ["body", "image_data"], failure.Message, "…");
            return null;
        }
    }

    private static T? Query<T>(
        HttpRequest request,
        string name,
        Dictionary<string, T> choices,
        Errors errors
    )
        where T : struct
    {
        if (request.Query[name].LastOrDefault() is not { Length: > 0 } value)
            return null;
        if (choices.TryGetValue(value, out var chosen))
            return chosen;
        var expected = Choices.Sentence(choices.Keys);
        errors.Add(
            "literal_error",
            ["query", name],
            $"Input should be {expected}",
            Errors.Echo(value),
            new JsonObject { ["expected"] = expected }
        );
        return null;
    }

    private static string? Either(string? first, string? second) =>
        string.IsNullOrEmpty(first) ? second : first;
}
