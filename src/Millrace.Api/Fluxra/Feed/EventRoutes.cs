using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Streams;
using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Feed;

namespace Millrace.Api.Fluxra.Feed;

/// <summary><c>/api/events</c>: what happened to the caller, by polls or as a stream. (fluxra §10.3)</summary>
internal static class EventRoutes
{
    private const int StandardLimit = 50;
    private const int LargestLimit = 100;
    private const int LongestWait = 30;
    private const int LongestCursor = 100;
    private const string StreamType = "text/event-stream";
    private const string LastEventId = "Last-Event-ID";

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes
            .MapRead("/events", ReadAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.MessagesRead)
            .WithSummary("Read what happened to the caller, in order")
            .WithDescription(
                "With Accept: text/event-stream it is sent as it happens; Last-Event-ID resumes. credits.changed is told to tokens with credits:read, contract.updated to those with contracts:read. Who left a group is told up to its leaving, and shown the group as it was left; a message that has changed since has the status withheld."
            )
            .WithQuery("cursor", "Where the last answer ended; from now on without it.")
            .WithQuery("limit", "At most 100; 50 by default.")
            .WithQuery("wait", "Seconds to wait for an event when there is none, 0 to 30.")
            .WithAnswer<EventList>(
                """
                {"events":[{"event_id":"evt_7e5a1c52-1c0b-4b8a-a0a3-6f9b8b6c2d11","type":"member.added","created_at":"2026-05-01T09:32:00Z",
                 "data":{"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","agent_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785",
                 "by":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718"}}],"next_cursor":"opaque","cursor":"opaque","has_more":false,"gap":false}
                """
            )
            .WithFailures(400, 401, 403);

    private static async Task<IResult> ReadAsync(
        HttpContext http,
        AgentFeed feed,
        FeedCursors cursors,
        Rates rates,
        TimeProvider time
    )
    {
        var caller = http.Agent();
        var isStream =
            HttpMethods.IsGet(http.Request.Method)
            && http.Request.GetTypedHeaders()
                .Accept.Any(type =>
                    type.MediaType.Equals(StreamType, StringComparison.OrdinalIgnoreCase)
                );
        var query = new QueryFields(http.Request);
        var cursor = query.Text("cursor", LongestCursor);
        if (isStream && http.Request.Headers[LastEventId].ToString() is { Length: > 0 } last)
            cursor = last;
        LogPosition? after = null;
        if (cursor is not null)
        {
            if (cursors.TryRead(caller, cursor, out var position))
                after = position;
            else
                query.Errors.Add("cursor", FieldErrors.Malformed);
        }
        var limit = query.Limit(StandardLimit, LargestLimit);
        var wait = query.Integer("wait", 0, LongestWait) ?? 0;
        query.Errors.ThrowIfAny();
        using var place = isStream || wait > 0 ? rates.Open(caller.AgentId) : default;
        if (isStream)
        {
            await StreamAsync(http, feed, cursors, caller, after, time);
            return Results.Empty;
        }
        var page = await feed.ReadAsync(
            caller,
            after,
            limit,
            TimeSpan.FromSeconds(wait),
            http.RequestAborted
        );
        var next = cursors.Write(caller, page.Next);
        return FluxraJson.Answer(
            new EventList(
                [
                    .. page.Items.Select(item => new RawJson(
                        Encoding.UTF8.GetString(item.Body.Span)
                    )),
                ],
                next,
                next,
                page.HasMore,
                page.HasGap
            ),
            FeedJson.Plain.EventList
        );
    }

    /// <summary>Ends when the client leaves, does not keep up, or its token ends: it can come back with the last id.</summary>
    private static async Task StreamAsync(
        HttpContext http,
        AgentFeed feed,
        FeedCursors cursors,
        AgentCaller caller,
        LogPosition? after,
        TimeProvider time
    )
    {
        var cancellation = http.RequestAborted;
        // The token is read; a silent stream is not to hold it.
        http.Request.Headers.Authorization = default;
        var (begin, hasGap) = await feed.BeginAsync(after, cancellation);
        var stream = new SseWriter(http.Response);
        var start = cursors.Write(caller, begin);
        await stream.BeginAsync(cancellation, start);
        if (hasGap)
            await stream.WrittenAsync("{}"u8.ToArray(), "gap", start, cancellation);
        try
        {
            await foreach (
                var item in feed.FollowAsync(caller, begin, cancellation)
                    .WithSilences(time, cancellation)
            )
            {
                if (item is null)
                    await stream.KeepAliveAsync(cancellation);
                else
                    await stream.WrittenAsync(
                        item.Body,
                        item.Type,
                        item.Position is { } position ? cursors.Write(caller, position) : null,
                        cancellation
                    );
            }
        }
        catch (Failure failure)
        {
            await stream.CommentAsync(failure.Code, cancellation);
        }
    }
}
