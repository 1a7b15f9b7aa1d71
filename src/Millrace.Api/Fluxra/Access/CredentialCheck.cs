using System.Text;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Limits;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>
/// Finds out which agent asks. What is wrong with a credential is never told: a missing header, an unknown agent, a key
/// of another layer and an ended token are one answer. (fluxra §2.1)
/// </summary>
internal sealed class CredentialCheck(
    LiveTokens tokens,
    AgentKeys keys,
    AgentAccounts accounts,
    AgentAuditLog audit,
    FailedLogins failed,
    OperatorKey operatorKey
)
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>Whether the operator asks, on a route that lets it in.</summary>
    public bool IsOperator(HttpContext http, Credential accepts)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return Has(accepts, Credential.Operator)
            && Is(header, Bearer)
            && operatorKey.Matches(header.AsSpan(Bearer.Length).Trim());
    }

    /// <exception cref="Unauthenticated">Nobody is known by what was presented.</exception>
    /// <exception cref="Limited">Too many wrong keys were presented.</exception>
    public async ValueTask<AgentCaller> IdentifyAsync(HttpContext http, Credential accepts)
    {
        var header = http.Request.Headers.Authorization.ToString();
        AgentCaller? caller = null;
        if (Has(accepts, Credential.Token) && Is(header, Bearer))
            caller = await tokens.FindAsync(
                header.AsSpan(Bearer.Length).Trim(),
                http.RequestAborted
            );
        else if (Has(accepts, Credential.ApiKey | Credential.RecoveryKey) && Is(header, Basic))
            caller = await LogInAsync(http, accepts, header[Basic.Length..].Trim());
        return caller
            ?? throw new Unauthenticated("unauthorized", "Credentials are missing or invalid.");
    }

    private async Task<AgentCaller?> LogInAsync(
        HttpContext http,
        Credential accepts,
        string encoded
    )
    {
        if (!TryDecode(encoded, out var agent, out var secret))
            return null;
        var address = RateLimiter.SubjectOf(http.Connection.RemoteIpAddress);
        failed.Check(agent, address);
        var isApiKey = Has(accepts, Credential.ApiKey);
        var caller = isApiKey
            ? await keys.LoginAsync(agent, secret, http.RequestAborted)
            : await accounts.LoginAsync(agent, secret, http.RequestAborted);
        if (caller is not null)
            return caller;
        failed.Add(agent, address);
        if (await accounts.FindAsync(agent, http.RequestAborted) is not null)
            await audit.AppendAsync(
                agent,
                "auth.failed",
                isApiKey ? AuditActor.ApiKey : AuditActor.RecoveryKey,
                http.Origin(),
                http.RequestAborted
            );
        return null;
    }

    /// <summary>Parted at the first colon.</summary>
    private static bool TryDecode(string encoded, out Id<AgentAccount> agent, out string secret)
    {
        (agent, secret) = (default, "");
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return false;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !AgentIds.TryParse(text[..colon], out agent))
            return false;
        secret = text[(colon + 1)..];
        return true;
    }

    private static bool Has(Credential accepts, Credential any) =>
        (accepts & any) != Credential.Public;

    private static bool Is(string header, string scheme) =>
        header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);
}
