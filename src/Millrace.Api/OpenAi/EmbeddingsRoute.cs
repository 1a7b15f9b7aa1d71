using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Gateway;
using Millrace.Core.Failures;
using Millrace.Models.Forwarding;
using Millrace.Models.OpenAi;

namespace Millrace.Api.OpenAi;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsRoute(ModelGateway gateway)
{
    private const int MostTexts = 2048;

    private static readonly GatewayOperation Operation = new(
        "/v1/embeddings",
        ForwardOperation.Embeddings,
        OpenAiFailures.BreakOffAsync
    )
    {
        Resolve = static (router, name) => router.ResolveEmbedding(name),
    };

    public Task ServeAsync(HttpContext http) => gateway.ServeAsync(http, Operation, TranslateAsync);

    private async Task TranslateAsync(GatewayCall call)
    {
        var asked = ModelGateway.Read(call, OpenAiJson.Default.EmbeddingRequest);
        var texts = Texts(asked);
        var asBase64 = asked.EncodingFormat switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw new Invalid(
                "invalid_value",
                "encoding_format must be float or base64.",
                "encoding_format"
            ),
        };
        var answer = await gateway.EmbedAsync(call, texts, asked.Dimensions);
        var list = new EmbeddingList
        {
            Model = answer.Call.Model,
            Data =
            [
                .. answer.Vectors.Select(
                    (vector, index) =>
                        new EmbeddingItem
                        {
                            Index = index,
                            Embedding = new EmbeddingVector(vector.Vector, asBase64),
                        }
                ),
            ],
            Usage = new TokenUsage
            {
                PromptTokens = answer.Call.InputTokens,
                TotalTokens = answer.Call.InputTokens,
            },
        };
        await call.Http.Response.WriteAsJsonAsync(
            list,
            OpenAiJson.Plain.EmbeddingList,
            "application/json",
            call.Http.RequestAborted
        );
    }

    private static IReadOnlyList<string> Texts(EmbeddingRequest asked)
    {
        if (asked.Input?.Texts is not { Count: > 0 and <= MostTexts } texts)
            throw new Invalid(
                "invalid_value",
                $"input must be a text or a list of 1 to {MostTexts} texts.",
                "input"
            );
        if (texts.Any(string.IsNullOrEmpty))
            throw new Invalid("invalid_value", "input must not hold an empty text.", "input");
        return texts;
    }
}

internal static class EmbeddingsRouteRegistration
{
    public static void MapEmbeddings(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost(
                "/embeddings",
                static (HttpContext http, EmbeddingsRoute route) => route.ServeAsync(http)
            )
            .WithSummary("Turn texts into vectors")
            .WithBody<EmbeddingRequest>(
                """{"model":"use-lite","input":["The first text.","Another one."]}"""
            )
            .WithAnswer<EmbeddingList>(
                """
                {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.013,-0.027]},
                  {"object":"embedding","index":1,"embedding":[0.044,0.009]}],
                 "model":"use-lite","usage":{"prompt_tokens":9,"total_tokens":9}}
                """
            )
            .WithFailures<ErrorEnvelope>(400, 401, 403, 404, 408, 409, 413, 429, 501, 503);
}
