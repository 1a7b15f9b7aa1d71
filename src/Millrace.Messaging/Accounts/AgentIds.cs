using System.Diagnostics.CodeAnalysis;
using Millrace.Core.Ids;

namespace Millrace.Messaging.Accounts;

/// <summary>Agents' and keys' ids as tokens, mails and clients know them. (fluxra §3)</summary>
public static class AgentIds
{
    public const string Prefix = "agt_";
    public const string KeyPrefix = "aky_";
    private const int HexDigits = 32;

    public static string Text(this Id<AgentAccount> id) => $"{Prefix}{id}";

    public static string Text(this Id<AgentKey> id) => $"{KeyPrefix}{id}";

    public static bool TryParse(string? text, out Id<AgentAccount> id) =>
        TryParse(text, Prefix, out id);

    public static bool TryParseKey(string? text, out Id<AgentKey> id) =>
        TryParse(text, KeyPrefix, out id);

    /// <summary>A prefix and 32 lower-case hex digits.</summary>
    private static bool TryParse<T>([NotNullWhen(true)] string? text, string prefix, out Id<T> id)
    {
        id = default;
        return text is not null
            && text.Length == prefix.Length + HexDigits
            && !text.AsSpan(prefix.Length).ContainsAnyInRange('A', 'F')
            && Id<T>.TryParse(text, prefix, out id);
    }
}
