using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Agents.Chat;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Idempotency;
using Millrace.Api.TBackend.Access;
using Millrace.Core.Idempotency;

namespace Millrace.Api.TBackend.Chat;

/// <summary>
/// Answers a turn once: repeats under the body's <c>request_id</c> get the stored answer for a day; those under
/// <c>X-Idempotency-Key</c>, which clients also send with deliberate repetitions, join what is in flight or ended just
/// now. (t-backend §4)
/// </summary>
internal sealed class ChatOnce(
    IdempotencyService idempotency,
    AssistantOptions options,
    TimeProvider time
)
{
    public const string Header = "X-Idempotency-Key";

    private static readonly Dictionary<string, string> Plain = new(StringComparer.Ordinal)
    {
        ["Content-Type"] = "application/json",
    };
    private static readonly Dictionary<string, string> Degraded = new(Plain)
    {
        ["X-Degraded"] = "true",
    };

    /// <summary>How long an answer under the header is kept.</summary>
    public static readonly TimeSpan JustNow = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public async Task<IdempotentOutcome> AnswerAsync(
        IdempotentRequest? request,
        Func<CancellationToken, Task<ChatResponse>> answer,
        CancellationToken cancellation
    )
    {
        if (request is null)
            return new IdempotentOutcome(Store(await answer(cancellation)), IsReplay: false);
        // An apology is not kept: who asks again is to get an answer.
        var isKept = false;
        using var wait = new CancellationTokenSource(options.AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            wait.Token
        );
        try
        {
            return await idempotency.ExecuteAsync(
                request with
                {
                    Keeps = _ => isKept,
                },
                async token =>
                {
                    // Whose turn it is to answer has a limit of its own.
                    wait.CancelAfter(Timeout.InfiniteTimeSpan);
                    var response = await answer(token);
                    isKept = !response.IsDegraded;
                    return Store(response);
                },
                either.Token
            );
        }
        catch (OperationCanceledException)
            when (wait.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw options.TooLate();
        }
    }

    /// <summary>What the request is known by when it comes again; null for one without a key.</summary>
    public static IdempotentRequest? RequestOf(
        HttpContext http,
        ReadOnlyMemory<byte> body,
        string? requestId
    )
    {
        if ((requestId ?? AnswerOnce.KeyOf(http.Request, Header)) is not { } key)
            return null;
        var caller = http.Caller();
        return new IdempotentRequest
        {
            Workspace = caller.Workspace,
            Scope =
                $"tbackend:{ChatRoute.Path}:{caller.Key}:{(requestId is null ? "header" : "body")}",
            Key = key,
            BodyHash = RequestHash.OfJson(
                http.Request.Method,
                ChatRoute.Path,
                http.Request.QueryString.Value ?? "",
                body
            ),
            Lifetime = requestId is null ? JustNow : Day,
        };
    }

    private static StoredAnswer Store(ChatResponse response) =>
        new(
            StatusCodes.Status200OK,
            response.IsDegraded ? Degraded : Plain,
            JsonSerializer.SerializeToUtf8Bytes(response, ChatJson.Plain.ChatResponse)
        );
}
