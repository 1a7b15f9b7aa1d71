using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Feed;
using Millrace.Messaging.Presence;

namespace Millrace.Api.Fluxra.Feed;

/// <summary>Whether agents are there, and whether they write. (fluxra §10.1, 10.2)</summary>
internal static class PresenceRoutes
{
    private const string Own = "/presence";

    public static void MapPresence(this IEndpointRouteBuilder routes)
    {
        routes.MapPut(Own, SetAsync).DescribeSet();
        routes.MapPost(Own, SetAsync).DescribeSet().ExcludeFromDescription();
        routes
            .MapRead("/agents/{agent_id}/presence", GetAsync)
            .WithAccess(Credential.Token, RateGroup.Reads)
            .WithSummary("Show whether an agent is there")
            .WithAnswer<PresenceResponse>(PresenceResponse.Example)
            .WithFailures(400, 401, 404);
        routes
            .MapPost("/conversations/{conversation_id}/typing", TypeAsync)
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.MessagesWrite)
            .WithSummary("Tell the other members that the caller is writing")
            .WithDescription("Told to those who listen at this node now; nothing is kept.")
            .WithBody<TypingRequest>("""{"typing":true}""")
            .WithAnswer<TypingResponse>(
                """{"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","typing":true}"""
            )
            .WithFailures(400, 401, 403, 404, 413, 415);
    }

    private static RouteHandlerBuilder DescribeSet(this RouteHandlerBuilder route) =>
        route
            .WithAccess(Credential.Token, RateGroup.Presence, Scope.PresenceUpdate)
            .WithSummary("Say whether the caller is there")
            .WithDescription("It lapses after ttl_seconds: 120, or 30 to 600.")
            .WithBody<PresenceRequest>(
                """{"status":"online","status_text":"On watch","ttl_seconds":120}"""
            )
            .WithAnswer<PresenceResponse>(PresenceResponse.Example)
            .WithFailures(400, 401, 403, 413, 415);

    private static async Task<JsonHttpResult<PresenceResponse>> SetAsync(
        HttpContext http,
        BodyReader bodies,
        PresenceBoard board
    )
    {
        var asked = PresenceFields.Read(await bodies.ReadAsync(http));
        return Show(
            await board.SetAsync(
                http.Agent().Account,
                asked.Status,
                asked.Text,
                asked.Lasts,
                http.RequestAborted
            )
        );
    }

    private static async Task<JsonHttpResult<PresenceResponse>> GetAsync(
        HttpContext http,
        PresenceBoard board
    ) => Show(await board.GetAsync(http.Agent().Account, http.PathAgent(), http.RequestAborted));

    private static async Task<JsonHttpResult<TypingResponse>> TypeAsync(
        HttpContext http,
        BodyReader bodies,
        Typing typing
    )
    {
        var fields = await bodies.ReadAsync(http);
        var isTyping = fields.Flag("typing") ?? true;
        fields.Errors.ThrowIfAny();
        var caller = http.Agent();
        var id = http.PathId<Conversation>("conversation_id", MessageIds.Conversation);
        await typing.TellAsync(caller.Account, id, isTyping, http.RequestAborted);
        return FluxraJson.Answer(
            new TypingResponse(WireIds.Uuid(MessageIds.Conversation, id), caller.AgentId, isTyping),
            FeedJson.Plain.TypingResponse
        );
    }

    private static JsonHttpResult<PresenceResponse> Show(AgentPresence presence) =>
        FluxraJson.Answer(PresenceResponse.From(presence), FeedJson.Plain.PresenceResponse);
}

internal static class PresenceFields
{
    private const int LongestText = 140;
    private const int StandardSeconds = 120;

    private static readonly FrozenDictionary<string, PresenceStatus> Statuses = new Dictionary<
        string,
        PresenceStatus
    >
    {
        ["online"] = PresenceStatus.Online,
        ["away"] = PresenceStatus.Away,
        ["busy"] = PresenceStatus.Busy,
        ["offline"] = PresenceStatus.Offline,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static (PresenceStatus Status, string? Text, TimeSpan Lasts) Read(Fields fields)
    {
        var word = fields.RequiredText("status", LongestText);
        if (word.Length > 0 && !Statuses.ContainsKey(word))
            fields.Refuse("status", FieldErrors.UnknownValue);
        var text = fields.Text("status_text", LongestText);
        var seconds = fields.Integer("ttl_seconds", 30, 600) ?? StandardSeconds;
        fields.Errors.ThrowIfAny();
        return (Statuses[word], text, TimeSpan.FromSeconds(seconds));
    }
}

/// <summary>The body of a presence, for the OpenAPI document.</summary>
internal sealed record PresenceRequest(string Status, string? StatusText, int? TtlSeconds);

internal sealed record PresenceResponse(
    string AgentId,
    PresenceStatus Status,
    string? StatusText,
    DateTimeOffset? UpdatedAt,
    DateTimeOffset? ExpiresAt
)
{
    public const string Example =
        """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","status":"online","status_text":null,"updated_at":"2026-05-01T09:32:00Z","expires_at":"2026-05-01T09:34:00Z"}""";

    public static PresenceResponse From(AgentPresence presence) =>
        new(
            presence.Agent.Text(),
            presence.Status,
            presence.Text,
            presence.UpdatedAt,
            presence.ExpiresAt
        );
}

/// <summary>The body of a sign of writing, for the OpenAPI document.</summary>
internal sealed record TypingRequest(bool? Typing);

internal sealed record TypingResponse(string ConversationId, string AgentId, bool Typing);
