using Millrace.Api.Fluxra.Wire;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Bodies;

/// <summary>Reads ids from a body: one, or a list of agents.</summary>
internal static class IdField
{
    private const int LongestId = 100;

    /// <summary>An id of the shape of <see cref="WireIds"/>.</summary>
    public static Id<T>? Optional<T>(Fields fields, string name, string prefix)
    {
        if (fields.Text(name, LongestId) is not { } text)
            return null;
        if (WireIds.TryParseUuid<T>(text, prefix, out var id))
            return id;
        fields.Refuse(name, FieldErrors.Malformed);
        return null;
    }

    /// <summary>Agents' ids, each once, in their order; null when there is no such list.</summary>
    public static IReadOnlyList<Id<AgentAccount>>? Agents(Fields fields, string name, int most)
    {
        if (fields.Texts(name, most, LongestId) is not { } texts)
            return null;
        var ids = new List<Id<AgentAccount>>(texts.Count);
        foreach (var text in texts)
        {
            if (!AgentIds.TryParse(text, out var id))
            {
                fields.Refuse(name, FieldErrors.Malformed);
                return null;
            }
            if (!ids.Contains(id))
                ids.Add(id);
        }
        return ids;
    }
}
