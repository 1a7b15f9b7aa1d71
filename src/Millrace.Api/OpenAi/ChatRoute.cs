using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Gateway;
using Millrace.Models.Forwarding;
using Millrace.Models.OpenAi;
using Millrace.Models.Routing;

namespace Millrace.Api.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatRoute(ModelGateway gateway, ReadableImages images, TimeProvider time)
{
    private static readonly GatewayOperation Operation = new(
        "/v1/chat/completions",
        ForwardOperation.ChatCompletions,
        OpenAiFailures.BreakOffAsync
    );

    public Task ServeAsync(HttpContext http) => gateway.ServeAsync(http, Operation, TranslateAsync);

    private async Task TranslateAsync(GatewayCall call)
    {
        var asked = ModelGateway.Read(call, OpenAiJson.Default.ChatCompletionRequest);
        var messages = ChatQuestion.Messages(asked);
        var request = new ModelRequest(call.Route, await images.ForAsync(call, messages))
        {
            Options = ChatQuestion.Options(asked),
            Hops = call.Hops,
        };
        var head = new ChatHead(
            $"chatcmpl-{Guid.NewGuid():N}",
            time.GetUtcNow().ToUnixTimeSeconds(),
            call.Route.First.Name
        );
        if (asked.Stream == true)
        {
            var withUsage = asked.StreamOptions?.IncludeUsage == true;
            await gateway.StreamAsync(
                call,
                request,
                new ChatChunks(call.Http.Response, head, withUsage)
            );
            return;
        }
        var answer = await gateway.CompleteAsync(call, request);
        await call.Http.Response.WriteAsJsonAsync(
            ChatReply.Completion(answer, head),
            OpenAiJson.Plain.ChatCompletion,
            "application/json",
            call.Http.RequestAborted
        );
    }
}

/// <summary>What every piece of one answer repeats.</summary>
internal sealed record ChatHead(string Id, long Created, string Model);

internal static class ChatRouteRegistration
{
    public static void MapChat(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost(
                "/chat/completions",
                static (HttpContext http, ChatRoute route) => route.ServeAsync(http)
            )
            .WithSummary("Ask a model")
            .WithBody<ChatCompletionRequest>(
                """{"model":"default","messages":[{"role":"user","content":"What is 17*23?"}]}"""
            )
            .WithAnswer<ChatCompletion>(
                """
                {"id":"chatcmpl-0192f3a4b5c67d8e9f00112233445566","object":"chat.completion","created":1782337443,"model":"local",
                 "choices":[{"index":0,"message":{"role":"assistant","content":"17 * 23 = 391"},"logprobs":null,"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19}}
                """
            )
            .WithFailures<ErrorEnvelope>(400, 401, 403, 404, 408, 409, 413, 429, 501, 503);
}
