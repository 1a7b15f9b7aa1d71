using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Gateway;
using Millrace.Models.Anthropic;
using Millrace.Models.Forwarding;
using Millrace.Models.Routing;

namespace Millrace.Api.Anthropic;

/// <summary><c>POST /v1/messages</c>.</summary>
internal sealed class MessagesRoute(ModelGateway gateway, ReadableImages images)
{
    private static readonly GatewayOperation Operation = new(
        "/v1/messages",
        ForwardOperation.Messages,
        AnthropicFailures.BreakOffAsync
    )
    {
        PassedHeaders = ["anthropic-version", "anthropic-beta"],
    };

    public Task ServeAsync(HttpContext http) => gateway.ServeAsync(http, Operation, TranslateAsync);

    private async Task TranslateAsync(GatewayCall call)
    {
        var asked = ModelGateway.Read(call, AnthropicJson.Default.MessagesRequest);
        var messages = MessageQuestion.Messages(asked);
        var request = new ModelRequest(call.Route, await images.ForAsync(call, messages))
        {
            Options = MessageQuestion.Options(asked, needsLimit: true),
            Hops = call.Hops,
        };
        if (asked.Stream == true)
        {
            var head = new Message
            {
                Id = NewId(),
                Model = call.Route.First.Name,
                Usage = new MessageUsage
                {
                    InputTokens = TokenEstimate.Of(request.Messages, request.Options),
                    OutputTokens = 0,
                },
            };
            await gateway.StreamAsync(call, request, new MessageEvents(call.Http.Response, head));
            return;
        }
        var answer = await gateway.CompleteAsync(call, request);
        await call.Http.Response.WriteAsJsonAsync(
            MessageReply.Of(answer, NewId()),
            AnthropicJson.Plain.Message,
            "application/json",
            call.Http.RequestAborted
        );
    }

    private static string NewId() => $"msg_{Guid.NewGuid():N}";
}

internal static class MessagesRouteRegistration
{
    public static void MapMessages(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("", static (HttpContext http, MessagesRoute route) => route.ServeAsync(http))
            .WithSummary("Ask a model")
            .WithBody<MessagesRequest>(
                """{"model":"default","max_tokens":1024,"messages":[{"role":"user","content":"What is 17*23?"}]}"""
            )
            .WithAnswer<Message>(
                """
                {"id":"msg_0192f3a4b5c67d8e9f00112233445566","type":"message","role":"assistant","model":"local",
                 "content":[{"type":"text","text":"17 * 23 = 391"}],"stop_reason":"end_turn","stop_sequence":null,
                 "usage":{"input_tokens":12,"output_tokens":7}}
                """
            )
            .WithFailures<MessageErrorEnvelope>(400, 401, 403, 404, 408, 409, 413, 429, 501, 503);
}
