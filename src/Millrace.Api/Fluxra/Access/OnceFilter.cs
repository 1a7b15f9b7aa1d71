using Microsoft.AspNetCore.Http;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Shared.Idempotency;
using Millrace.Core.Idempotency;
using Millrace.Messaging;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>
/// Answers a POST under an <c>Idempotency-Key</c> once: for the agent or the operator, the path and the key. Not where the answer holds
/// a secret, which is never kept. (fluxra §1.1)
/// </summary>
internal sealed class OnceFilter(AnswerOnce once, BodyReader bodies, MessagingHome home)
    : IEndpointFilter
{
    public const string Header = "Idempotency-Key";

    private const int LongestKey = 128;

    /// <summary>Stands where an agent's id would, and is none.</summary>
    private const string Operator = "operator";

    public ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) => KeyOf(context.HttpContext) is { } key ? OnceAsync(context, next, key) : next(context);

    private async ValueTask<object?> OnceAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next,
        string key
    )
    {
        var http = context.HttpContext;
        var path = http.Request.Path.Value!.TrimEnd('/');
        var request = new IdempotentRequest
        {
            Workspace = home.Workspace,
            Scope = $"{FluxraFailures.Name}:{CallerOf(http)}:{path}",
            Key = key,
            BodyHash = RequestHash.OfJson(
                http.Request.Method,
                path,
                http.Request.QueryString.Value ?? "",
                await bodies.BytesAsync(http)
            ),
        };
        if (http.GetEndpoint()!.Metadata.GetMetadata<CallsOut>() is null)
            await once.RunTogetherAsync(http, request, AnswerAsync);
        else
            await once.RunAsync(http, request, AnswerAsync);
        return Results.Empty;

        async Task AnswerAsync()
        {
            if (await next(context) is IResult result)
                await result.ExecuteAsync(http);
        }
    }

    /// <summary>Who asks, once the gate has let it in; null where everybody may.</summary>
    private static string? CallerOf(HttpContext http) =>
        http.AgentOrOperator()?.AgentId
        ?? (
            http.GetEndpoint()!
                .Metadata.GetRequiredMetadata<RouteAccess>()
                .Accepts.HasFlag(Credential.Operator)
                ? Operator
                : null
        );

    /// <summary>The request's key; null when it has none that counts.</summary>
    /// <exception cref="InvalidFields">It is too long, or not of visible ASCII characters.</exception>
    private static string? KeyOf(HttpContext http)
    {
        var key = http.Request.Headers[Header].ToString();
        if (
            key.Length == 0
            || !HttpMethods.IsPost(http.Request.Method)
            || CallerOf(http) is null
            || http.GetEndpoint()!.Metadata.GetRequiredMetadata<RouteAccess>().GivesSecret
        )
            return null;
        return key.Length <= LongestKey && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? key
            : throw new InvalidFields(
                "idempotency_key_invalid",
                $"{Header} is 1 to {LongestKey} visible ASCII characters.",
                [new FieldFault(Header, FieldErrors.Malformed)]
            );
    }
}

/// <summary>Marks a route that waits for something outside its workspace's store, so that its work and its answer are no one write.</summary>
internal sealed record CallsOut;
