using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Bodies;

/// <summary>Reads agents' ids from a body.</summary>
internal static class AgentField
{
    private const int LongestId = 100;

    public static Id<AgentAccount>? Optional(Fields fields, string name)
    {
        if (fields.Text(name, LongestId) is not { } text)
            return null;
        if (AgentIds.TryParse(text, out var id))
            return id;
        fields.Refuse(name, FieldErrors.Malformed);
        return null;
    }

    public static Id<AgentAccount> Required(Fields fields, string name)
    {
        var text = fields.RequiredText(name, LongestId);
        if (text.Length > 0 && !AgentIds.TryParse(text, out _))
            fields.Refuse(name, FieldErrors.Malformed);
        return AgentIds.TryParse(text, out var id) ? id : default;
    }
}
