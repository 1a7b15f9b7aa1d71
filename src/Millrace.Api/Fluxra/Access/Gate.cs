using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>
/// Lets a request in: who asks, how often, whether the path names what can be, whose it is, and with what scope, in
/// this order. Nothing of the body is read before. (fluxra §4.3)
/// </summary>
internal sealed class Gate(CredentialCheck credentials, Rates rates) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var route = http.GetEndpoint()!.Metadata.GetRequiredMetadata<RouteAccess>();
        var caller =
            route.Accepts == Credential.Public || credentials.IsOperator(http, route.Accepts)
                ? null
                : await credentials.IdentifyAsync(http, route.Accepts);
        rates.Count(route.Rate, http, caller);
        PathIds.Check(http.Request.RouteValues);
        if (route.IsSelf && http.PathAgent() != caller!.Account)
            throw new Forbidden("not_own_account", "The path names another agent than the caller.");
        if (caller is not null)
        {
            // Scopes are of tokens; whoever presents the recovery key owns the account.
            if (caller.Credential == AuditActor.AccessToken && !caller.May(route.Scopes))
                throw new Forbidden("scope_missing", "The token lacks the scope for this.");
            http.Features.Set(caller);
        }
        if (route.GivesSecret)
            http.Response.Headers.CacheControl = "no-store";
        return await next(context);
    }
}

internal static class CallerOfRequest
{
    /// <summary>The agent that asks, once the gate has let it in.</summary>
    public static AgentCaller Agent(this HttpContext http) =>
        http.Features.GetRequiredFeature<AgentCaller>();

    /// <summary>The agent that asks; null when the operator does, where a route lets both in.</summary>
    public static AgentCaller? AgentOrOperator(this HttpContext http) =>
        http.Features.Get<AgentCaller>();

    /// <summary>The agent that the path names.</summary>
    public static Id<AgentAccount> PathAgent(this HttpContext http) =>
        AgentIds.TryParse(http.Request.RouteValues[PathIds.Agent] as string, out var id)
            ? id
            : throw new InvalidOperationException("The route names no agent.");

    /// <summary>Where the request came from, for the audit log.</summary>
    public static CallOrigin Origin(this HttpContext http)
    {
        var agent = http.Request.Headers.UserAgent.ToString();
        return new CallOrigin(
            http.Connection.RemoteIpAddress is { } address
                ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
                : null,
            agent.Length == 0 ? null : agent
        );
    }
}
