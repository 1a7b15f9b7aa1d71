using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Gateway;
using Millrace.Models.Anthropic;
using Millrace.Models.Forwarding;
using Millrace.Models.Routing;

namespace Millrace.Api.Anthropic;

/// <summary><c>POST /v1/messages/count_tokens</c>: exact where the provider counts, else an estimate.</summary>
internal sealed class CountTokensRoute(ModelGateway gateway)
{
    private static readonly GatewayOperation Operation = new(
        "/v1/messages/count_tokens",
        ForwardOperation.CountTokens,
        AnthropicFailures.BreakOffAsync
    )
    {
        PassedHeaders = ["anthropic-version", "anthropic-beta"],
        IsMetered = false,
    };

    public Task ServeAsync(HttpContext http) => gateway.ServeAsync(http, Operation, TranslateAsync);

    private static Task TranslateAsync(GatewayCall call)
    {
        var asked = ModelGateway.Read(call, AnthropicJson.Default.MessagesRequest);
        var tokens = TokenEstimate.Of(
            MessageQuestion.Messages(asked),
            MessageQuestion.Options(asked, needsLimit: false)
        );
        return call.Http.Response.WriteAsJsonAsync(
            new TokenCount(tokens),
            AnthropicJson.Plain.TokenCount,
            "application/json",
            call.Http.RequestAborted
        );
    }
}

internal static class CountTokensRouteRegistration
{
    public static void MapCountTokens(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost(
                "/count_tokens",
                static (HttpContext http, CountTokensRoute route) => route.ServeAsync(http)
            )
            .WithSummary("Count the tokens of a question")
            .WithBody<MessagesRequest>(
                """{"model":"default","messages":[{"role":"user","content":"What is 17*23?"}]}"""
            )
            .WithAnswer<TokenCount>(
                """
                {"input_tokens":12}
                """
            )
            .WithFailures<MessageErrorEnvelope>(400, 401, 403, 404, 408, 409, 413, 429, 503);
}
