using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Failures;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Feed;

/// <summary>
/// <c>GET /api/ws</c>: the feed on a WebSocket. Who asks is told by the <c>Authorization</c> header, or, since browsers
/// cannot set it, by the first message.
/// </summary>
internal static class SocketRoute
{
    private const int LongestCursor = 100;

    public static void MapSocket(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/ws", OpenAsync)
            .WithAccess(Credential.Public, RateGroup.Sockets)
            .WithSummary("Follow the feed on a WebSocket")
            .WithDescription("Bearer token in the header or the first message; see the guide.")
            .WithQuery("cursor", "Where the last connection ended; from now on without it.")
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .WithFailures(400, 401, 403);

    private static async Task<IResult> OpenAsync(
        HttpContext http,
        CredentialCheck credentials,
        SocketSessions sessions,
        Rates rates,
        IHostApplicationLifetime lifetime
    )
    {
        AgentCaller? caller = null;
        if (http.Request.Headers.Authorization.Count > 0)
            caller = RequireScope(await credentials.IdentifyAsync(http, Credential.Token));
        var query = new QueryFields(http.Request);
        var cursor = query.Text("cursor", LongestCursor);
        if (caller is not null && cursor is not null && !sessions.Knows(caller, cursor))
            query.Errors.Add("cursor", FieldErrors.Malformed);
        query.Errors.ThrowIfAny();
        if (!http.WebSockets.IsWebSocketRequest)
            throw new Invalid("no_websocket", "Ask for an upgrade to a WebSocket.");
        using var place = caller is null ? default : rates.Open(caller.AgentId);
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        // The token is read; a silent connection is not to hold it.
        http.Request.Headers.Authorization = default;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted,
            lifetime.ApplicationStopping
        );
        await sessions.RunAsync(socket, caller, cursor, over);
        return Results.Empty;
    }

    private static AgentCaller RequireScope(AgentCaller caller) =>
        caller.May(Scope.MessagesRead)
            ? caller
            : throw new Forbidden("scope_missing", "The token lacks the scope for this.");
}
