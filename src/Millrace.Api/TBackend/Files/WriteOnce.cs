using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Idempotency;
using Millrace.Api.TBackend.Chat;
using Millrace.Core.Idempotency;
using Millrace.Core.Limits;

namespace Millrace.Api.TBackend.Files;

/// <summary>
/// Does a write once: a repeat under its <c>X-Idempotency-Key</c> joins it while it is in flight, and gets its answer
/// when it ended just now. Clients send the same key with deliberate repetitions too; one that is to be processed again
/// says so, and then the key does nothing. (t-backend §4, §12.7)
/// </summary>
internal sealed class WriteOnce(AnswerOnce once, BodyBudget budget) : IEndpointFilter
{
    // t-backend §7
    public const int LongestBody = 2 * 1024 * 1024;

    /// <summary>For routes whose body is JSON or nothing.</summary>
    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        if (AnswerOnce.KeyOf(http.Request, ChatOnce.Header) is null)
            return await next(context);
        if (Bypass.IsAsked(http.Request))
            return await next(context);
        using var body = await budget.ReadAsync(
            http.Request.Body,
            http.Request.ContentLength,
            LongestBody,
            http.RequestAborted
        );
        body.CountParsed(body.Bytes.Length);
        http.Request.Body = new MemoryStream(body.Bytes.ToArray(), writable: false);
        if (HttpMethods.IsPost(http.Request.Method) && Bypass.IsIn(body.Bytes))
            return await next(context);
        var hash = RequestHash.OfJson(
            http.Request.Method,
            http.Request.Path,
            http.Request.QueryString.Value ?? "",
            body.Bytes
        );
        await RunAsync(
            http,
            hash,
            isForced: false,
            async () => await ((IResult)(await next(context))!).ExecuteAsync(http)
        );
        return Results.Empty;
    }

    /// <param name="hash">What makes it the same request.</param>
    /// <param name="isForced">It is to be processed again.</param>
    /// <param name="answer">Does it and writes the whole answer, or fails.</param>
    public Task RunAsync(HttpContext http, byte[] hash, bool isForced, Func<Task> answer)
    {
        if (isForced || AnswerOnce.KeyOf(http.Request, ChatOnce.Header) is not { } key)
            return answer();
        var caller = http.Caller();
        var route = ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.RawText;
        return once.RunAsync(
            http,
            new IdempotentRequest
            {
                Workspace = caller.Workspace,
                Scope = $"tbackend:{http.Request.Method} {route}:{caller.Key}",
                Key = key,
                BodyHash = hash,
                Lifetime = ChatOnce.JustNow,
            },
            answer
        );
    }
}
