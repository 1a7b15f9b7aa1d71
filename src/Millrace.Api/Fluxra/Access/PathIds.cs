using System.Collections.Frozen;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Wire;
using Millrace.Core.Failures;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>Whether what a path names has an id's shape, by the name of its place in the route. (fluxra §3)</summary>
internal static class PathIds
{
    public const string Agent = "agent_id";

    private static readonly FrozenDictionary<string, Func<string, bool>> Shapes = new Dictionary<
        string,
        Func<string, bool>
    >
    {
        ["key_id"] = text => AgentIds.TryParseKey(text, out _),
        ["conversation_id"] = text => WireIds.IsUuid(text, "conv_"),
        ["message_id"] = text => WireIds.IsUuid(text, "msg_"),
        // Not below /api/agents, where a malformed agent id has a code of its own.
        ["member_id"] = text => AgentIds.TryParse(text, out _),
        ["invitation_id"] = text => WireIds.IsUuid(text, "inv_"),
        ["block_id"] = text => WireIds.IsUuid(text, "blk_"),
        ["transfer_id"] = text => WireIds.IsUuid(text, "trf_"),
        ["hold_id"] = text => WireIds.IsUuid(text, "hld_"),
        ["contract_id"] = text => WireIds.IsUuid(text, "ctr_"),
        ["webhook_id"] = text => WireIds.IsUuid(text, "whk_"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <exception cref="Invalid">A malformed agent id.</exception>
    /// <exception cref="NotFound">Any other malformed id.</exception>
    public static void Check(RouteValueDictionary values)
    {
        foreach (var (name, value) in values)
        {
            if (value is not string text)
                continue;
            if (name == Agent && !AgentIds.TryParse(text, out _))
                throw new Invalid(
                    "agent_id_invalid",
                    "An agent id is agt_ and 32 lower-case hex digits."
                );
            if (Shapes.TryGetValue(name, out var hasShape) && !hasShape(text))
                throw new NotFound("not_found", "There is nothing of this id.");
        }
    }
}
