using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Agents.Chat;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Idempotency;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Failures;
using Millrace.Api.TBackend.Graph;
using Millrace.Api.TBackend.Profiles;
using Millrace.Core.Failures;
using Millrace.Core.Limits;

namespace Millrace.Api.TBackend.Chat;

/// <summary><c>POST /chat</c>: one turn of a conversation, answered in one piece or as a stream. (t-backend §9)</summary>
internal static class ChatRoute
{
    public const string Path = "/chat";

    // t-backend §7
    private const int LongestBody = 36 * 1024 * 1024;

    public static void MapChat(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(Path, AnswerAsync)
            .WithAccess(AccessClass.Payable, "chat")
            .WithBucket(Buckets.Chat)
            .AddEndpointFilter<WalletSessionFilter>()
            .WithSummary("Answer a message")
            .WithDescription(
                "Keeps the conversation named by `session_id`. With `stream` the answer comes as events while it is made."
            )
            .WithQuery("output", "The same as `output_mode`.", "text", "structured")
            .WithQuery("stream_format", "How a stream is written.", "json", "text", "ndjson")
            .WithBody<ChatRequest>(
                """{"message":"My name is Ada. What is 17*23?","session_id":"my-session-1"}"""
            )
            .WithAnswer<ChatResponse>(
                """
                {"reply":"17*23 = 391","session_id":"my-session-1","used_tools":{"calculator":{"calls":1,"ok":1,"failed":0}},
                 "reply_json":null,"provider":"embedded","model":"local","reasoning":null,"balance_after":null,
                 "response":"17*23 = 391","usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17}}
                """
            )
            .WithFailures(401, 403, 404, 408, 409, 413, 422, 429);
        routes
            .MapMethods(Path, ["HEAD"], Probe)
            .WithAccess(AccessClass.Public)
            .WithBucket(Buckets.Chat)
            .ExcludeFromDescription();
    }

    private static async Task AnswerAsync(
        HttpContext http,
        Assistant assistant,
        CompatOptions compat,
        BodyBudget budget,
        ChatOnce once,
        ChatStreamOnce streamOnce,
        Knowledge.Stores.VectorStores stores,
        Knowledge.Graph.GraphAccess graphs,
        ChatStream stream
    )
    {
        var cancellation = http.RequestAborted;
        var profile = compat.For(http.Request);
        using var body = await budget.ReadAsync(
            http.Request.Body,
            http.Request.ContentLength,
            LongestBody,
            cancellation
        );
        // A picture, decoded, is the largest thing that is made of it.
        body.CountParsed(body.Bytes.Length);
        var call = await FindStoresAsync(
            ChatReader.Read(http, body.Bytes, profile),
            stores,
            cancellation
        );
        call = await OpenGraphsAsync(call, graphs, cancellation);
        var request = ChatOnce.RequestOf(http, body.Bytes, call.Turn.RequestKey);
        if (call.Stream is { } wish)
        {
            ReleaseUnlessPicture(body, call);
            var updates = await streamOnce.OpenAsync(
                request,
                token => assistant.StreamAsync(call.Turn, token),
                cancellation
            );
            await stream.WriteAsync(http, updates, wish);
            return;
        }
        var outcome = await once.AnswerAsync(
            request,
            token =>
            {
                ReleaseUnlessPicture(body, call);
                return AskAsync(assistant, call.Turn, profile, compat, token);
            },
            cancellation
        );
        await AnswerOnce.SendAsync(http.Response, outcome, cancellation);
    }

    private static async Task<ChatResponse> AskAsync(
        Assistant assistant,
        TurnRequest turn,
        Profile profile,
        CompatOptions compat,
        CancellationToken cancellation
    )
    {
        try
        {
            var answer = await assistant.AnswerAsync(turn, cancellation);
            return ChatResponse.From(answer, compat.ChatResponseAlias);
        }
        catch (TimedOut failure) when (profile == Profile.V3Current)
        {
            // This generation knows no 408 here. (t-backend §9.7)
            return ChatResponse.Apology(turn, failure.Message, compat.ChatResponseAlias);
        }
    }

    /// <exception cref="NotFound">A store that is named is not the caller's.</exception>
    private static async Task<ChatCall> FindStoresAsync(
        ChatCall call,
        Knowledge.Stores.VectorStores stores,
        CancellationToken cancellation
    )
    {
        if (call.Stores is not { } named)
            return call;
        var found = await stores.ResolveAsync(call.Turn.Principal.Workspace, named, cancellation);
        return call with { Turn = call.Turn with { Stores = found } };
    }

    /// <exception cref="Forbidden">A graph that is named is not accessible. (t-backend §14.5)</exception>
    private static async Task<ChatCall> OpenGraphsAsync(
        ChatCall call,
        Knowledge.Graph.GraphAccess access,
        CancellationToken cancellation
    )
    {
        if (call.Graphs is not { } named)
            return call;
        var opened = new List<Knowledge.Graph.OpenedGraph>();
        foreach (var id in named.Distinct())
            opened.Add(
                await access.OpenAsync(call.Turn.Principal, GraphIds.Graph(id), cancellation)
            );
        return call with { Turn = call.Turn with { Graphs = opened } };
    }

    /// <summary>A picture's memory stays counted for as long as it is worked on; text is small and read already.</summary>
    private static void ReleaseUnlessPicture(RequestBody body, ChatCall call)
    {
        if (call.Turn.Image is null)
            body.Dispose();
    }

    /// <summary>What an anonymous POST would be told, whoever asks: a client finds out so whether it has to pay. (t-backend §2)</summary>
    private static void Probe() =>
        throw new Unauthenticated("key_missing", "The request has no API key.");
}
