using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Shared.Bodies;
using Millrace.Core.Failures;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Feed;
using Millrace.Messaging.Presence;

namespace Millrace.Api.Fluxra.Feed;

/// <summary>What the server says on a socket besides events.</summary>
internal sealed record SocketNotice(string Type)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cursor { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Gap { get; init; }

    /// <summary>Of the message that this answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SocketError? Error { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PresenceResponse? Presence { get; init; }
}

internal sealed record SocketError(string Code, string Message);

/// <summary>Does what a client says on its socket: each message is one JSON object with a <c>type</c>.</summary>
internal sealed class SocketMessages(
    SocketFrames frames,
    AgentCaller caller,
    Typing typing,
    PresenceBoard presence,
    Rates rates
)
{
    private const int LongestWord = 50;
    private const int LongestToken = 4_096;

    /// <summary>The token of a first message <c>{"type":"auth","access_token":"…"}</c>.</summary>
    public static string? TokenOf(byte[] message)
    {
        try
        {
            var fields = Parse(message);
            return fields.Text("type", LongestWord) == "auth"
                ? fields.Text("access_token", LongestToken)
                : null;
        }
        catch (InvalidFields)
        {
            return null;
        }
    }

    /// <summary>Returns when the client closes, or sends what is no message; fails when the server does.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        while (await frames.ReadAsync() is { } message)
            await frames.SendAsync(await AnswerAsync(message, cancellation), cancellation);
    }

    private async Task<SocketNotice> AnswerAsync(byte[] message, CancellationToken cancellation)
    {
        string? id = null;
        try
        {
            var fields = Parse(message);
            id = fields.Text("id", LongestWord);
            var type = fields.RequiredText("type", LongestWord);
            fields.Errors.ThrowIfAny();
            return await AnswerAsync(type, fields, cancellation) with { Id = id };
        }
        catch (Failure failure)
        {
            var code = failure switch
            {
                Limited => "RATE_LIMIT_EXCEEDED",
                Forbidden => "FORBIDDEN",
                NotFound => "NOT_FOUND",
                Unavailable or TimedOut => "SERVICE_UNAVAILABLE",
                _ => "INVALID_REQUEST",
            };
            return new SocketNotice("error")
            {
                Id = id,
                Error = new SocketError(code, failure.Message),
            };
        }
    }

    private async Task<SocketNotice> AnswerAsync(
        string type,
        Fields fields,
        CancellationToken cancellation
    )
    {
        switch (type)
        {
            case "ping":
                return new SocketNotice("pong");
            case "typing":
                Require(Scope.MessagesWrite, RateGroup.ConversationWrites);
                var conversation = IdField.Optional<Conversation>(
                    fields,
                    "conversation_id",
                    MessageIds.Conversation
                );
                if (conversation is null)
                    fields.Refuse("conversation_id", FieldErrors.Required);
                var isTyping = fields.Flag("typing") ?? true;
                fields.Errors.ThrowIfAny();
                await typing.TellAsync(caller.Account, conversation!.Value, isTyping, cancellation);
                return new SocketNotice("ok");
            case "presence":
                Require(Scope.PresenceUpdate, RateGroup.Presence);
                var asked = PresenceFields.Read(fields);
                var set = await presence.SetAsync(
                    caller.Account,
                    asked.Status,
                    asked.Text,
                    asked.Lasts,
                    cancellation
                );
                return new SocketNotice("ok") { Presence = PresenceResponse.From(set) };
            default:
                throw new Invalid("type_unknown", "type: send ping, typing or presence.", "type");
        }
    }

    private void Require(Scope scope, RateGroup rate)
    {
        rates.Count(rate, caller.AgentId);
        if (!caller.May(scope))
            throw new Forbidden("scope_missing", "The token lacks the scope for this.");
    }

    private static Fields Parse(byte[] message) =>
        new(JsonBody.Parse(message, BodyReader.Refuse), new FieldErrors());
}
