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
    // Not asynchronous where nothing is waited for, so that a stream holds nothing of the gate.
    public ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var route = http.GetEndpoint()!.Metadata.GetRequiredMetadata<RouteAccess>();
        if (route.Accepts == Credential.Public || credentials.IsOperator(http, route.Accepts))
            return Admit(context, next, route, caller: null);
        var identifying = credentials.IdentifyAsync(http, route.Accepts);
        return identifying.IsCompletedSuccessfully
            ? Admit(context, next, route, identifying.Result)
            : IdentifiedAsync(context, next, route, identifying);
    }

    private async ValueTask<object?> IdentifiedAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next,
        RouteAccess route,
        ValueTask<AgentCaller> identifying
    ) => await Admit(context, next, route, await identifying);

    private ValueTask<object?> Admit(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next,
        RouteAccess route,
        AgentCaller? caller
    )
    {
        var http = context.HttpContext;
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
        return next(context);
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
