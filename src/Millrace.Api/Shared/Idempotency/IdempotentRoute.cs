using Microsoft.AspNetCore.Http;
using Millrace.Core.Idempotency;

namespace Millrace.Api.Shared.Idempotency;

/// <summary>
/// Answers an endpoint's request once per key. The answer is held until it is stored, then sent, so that a client never
/// has an answer that a repeat could contradict; a stream passes as it is made and is not kept: its key is free again
/// as soon as it begins.
/// </summary>
internal sealed class IdempotentRoute(IdempotencyService service)
{
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <param name="answer">Writes the whole answer.</param>
    public async Task RunAsync(HttpContext context, IdempotencyPolicy policy, Func<Task> answer)
    {
        var key = context.Request.Headers[policy.Header].ToString();
        if (key.Length == 0 || policy.Scope(context) is not { } scope)
        {
            await answer();
            return;
        }
        var request = new IdempotentRequest
        {
            Workspace = scope.Workspace,
            Scope = scope.Name,
            Key = key.Length <= policy.LongestKey ? key : key[..policy.LongestKey],
            BodyHash = await RequestContent.HashAsync(
                context.Request,
                policy.LargestRequest,
                context.RequestAborted
            ),
            Lifetime = policy.Lifetime,
            Keeps = policy.Keeps,
        };
        using var held = new HeldAnswer(context);
        var answering = Task.CompletedTask;
        try
        {
            var outcome = await service.ExecuteAsync(
                request,
                _ =>
                {
                    held.Begin();
                    answering = answer();
                    return held.ToStoredAsync(answering, policy.Headers);
                },
                context.RequestAborted
            );
            if (outcome.IsReplay)
                await ReplayAsync(context, outcome.Answer!);
            // What is left of a stream.
            await answering;
        }
        finally
        {
            held.End();
        }
        await held.SendAsync(context.RequestAborted);
    }

    private static async Task ReplayAsync(HttpContext context, StoredAnswer stored)
    {
        var response = context.Response;
        var body = stored.Body!.Value;
        response.StatusCode = stored.Status;
        foreach (var (name, value) in stored.Headers)
            response.Headers[name] = value;
        response.Headers[ReplayedHeader] = "true";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }
}

/// <summary>Applies the policy of the endpoint, after the caller is known and before the endpoint runs.</summary>
internal sealed class IdempotentAnswers(RequestDelegate next, IdempotentRoute route)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IdempotencyPolicy>() is { } policy
            ? route.RunAsync(context, policy, () => next(context))
            : next(context);
}
