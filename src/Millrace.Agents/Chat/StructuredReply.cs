using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Millrace.Agents.Runs;
using Millrace.Core.Failures;
using Millrace.Models.Routing;

namespace Millrace.Agents.Chat;

/// <summary>Gets the one JSON object that a structured answer is to be (t-backend §9.3).</summary>
internal static class StructuredReply
{
    public const string Instruction =
        "Answer with exactly one JSON object and nothing else: no prose, no code fence.";

    private const string Repair =
        "That was not exactly one JSON object. Give the same answer again as one JSON object and nothing else.";

    /// <summary>The object in the reply, after one attempt to have it mended; null when there is none.</summary>
    public static async Task<JsonObject?> ReadAsync(
        ModelRouter models,
        RunPlan plan,
        RunRecord record,
        string reply,
        CancellationToken cancellation
    )
    {
        if (Parse(reply) is { } found)
            return found;
        List<ChatMessage> messages =
        [
            .. plan.Messages,
            new(ChatRole.Assistant, reply),
            new(ChatRole.User, Repair),
        ];
        try
        {
            var answer = await models.CompleteAsync(
                new ModelRequest(plan.Route, messages) { Options = plan.Options },
                cancellation
            );
            record.Count(answer.Call);
            return Parse(answer.Response.Text);
        }
        catch (Failure)
        {
            return null;
        }
    }

    internal static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(WithoutFence(text)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string WithoutFence(string text)
    {
        var trimmed = text.Trim();
        if (
            !trimmed.StartsWith("```", StringComparison.Ordinal)
            || !trimmed.EndsWith("```", StringComparison.Ordinal)
        )
            return trimmed;
        var firstLine = trimmed.IndexOf('\n', StringComparison.Ordinal);
        return firstLine < 0 || firstLine >= trimmed.Length - 3
            ? trimmed
            : trimmed[(firstLine + 1)..^3];
    }
}
