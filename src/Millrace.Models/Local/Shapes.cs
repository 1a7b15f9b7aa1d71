using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>
/// Fills a JSON shape from what was found. What is unknown is left out, or null where the schema allows it, or else the
/// type's empty value (of an enum, see <see cref="EnumChoices"/>). The result matches the schema, but for a pattern that
/// nothing in the source meets.
/// </summary>
internal sealed partial class Shapes(Summaries summaries, Meaning meaning, double abstainBelow)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The JSON text that answers the request.</summary>
    public async ValueTask<string> FillAsync(
        Request request,
        string answer,
        IReadOnlyList<Reply> replies,
        CancellationToken cancellationToken
    )
    {
        var schema =
            (request.Format as ChatResponseFormatJson)?.Schema ?? AskedShape.Of(request.Message);
        if (schema is not { } shape)
        {
            return Text(new JsonObject { ["answer"] = answer });
        }
        var source = ShapeSource.Of(request, answer, replies);
        if (AsksSummary().IsMatch(shape.GetRawText()))
        {
            source.Summary = await summaries.OfAsync(source.Text, 2, cancellationToken);
        }
        var choices = await EnumChoices.ReadAsync(shape, source.Text, meaning, cancellationToken);
        return Text(
            new ShapeFilling(new ShapeSchema(shape), choices, abstainBelow).Fill(
                new ToolSlot("", "", "", "", [], shape, IsRequired: true),
                source
            )
        );
    }

    /// <summary>Arguments for a tool that must be called, in the shape that its schema wants.</summary>
    public async ValueTask<JsonObject> ArgumentsAsync(
        JsonElement schema,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var choices = await EnumChoices.ReadAsync(schema, request.Ask, meaning, cancellationToken);
        return new ShapeFilling(new ShapeSchema(schema), choices, abstainBelow).Fill(
                new ToolSlot("", "object", "", "", [], schema, IsRequired: true),
                ShapeSource.Of(request, request.Ask, [])
            ) as JsonObject
            ?? [];
    }

    /// <summary>The smallest JSON that matches, where a limit leaves no room for the answer.</summary>
    public static string Least(JsonElement? schema) =>
        schema is { } shape
            ? Text(new EmptyShape(new ShapeSchema(shape), EnumChoices.None).OfRoot())
            : "{}";

    private static string Text(JsonNode? node) =>
        node is null ? "null" : node.ToJsonString(Readable);

    [GeneratedRegex("\"(?:[a-z_]*summary|abstract|tldr|gist)\"", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AsksSummary();
}
