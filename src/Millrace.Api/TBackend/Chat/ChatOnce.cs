using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Access;
using Millrace.Api.TBackend.Access;
using Millrace.Core.Idempotency;

namespace Millrace.Api.TBackend.Chat;

/// <summary>
/// Answers a turn once: repeats under the body's <c>request_id</c> get the stored answer for a day; those under
/// <c>X-Idempotency-Key</c>, which clients also send with deliberate repetitions, join what is in flight or ended just
/// now. (t-backend §4)
/// </summary>
internal sealed class ChatOnce(IdempotencyService idempotency)
{
    private const string Header = "X-Idempotency-Key";
    private const int LongestKey = 128;
    private const int LargestCanonical = 1024 * 1024;

    private static readonly Dictionary<string, string> Plain = [];
    private static readonly Dictionary<string, string> Degraded = new(StringComparer.Ordinal)
    {
        ["X-Degraded"] = "true",
    };

    private static readonly TimeSpan JustNow = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public async Task<StoredAnswer> AnswerAsync(
        HttpContext http,
        ReadOnlyMemory<byte> body,
        string? requestId,
        Func<Task<ChatResponse>> answer
    )
    {
        var header = http.Request.Headers[Header].ToString();
        if (requestId is null && header.Length == 0)
            return Store(await answer());
        var caller = http.Caller();
        // An apology is not kept: who asks again is to get an answer.
        var isKept = false;
        var request = new IdempotentRequest
        {
            Workspace = caller.Workspace,
            Scope =
                $"tbackend:{ChatRoute.Path}:{caller.Key}:{(requestId is null ? "header" : "body")}",
            Key = requestId ?? header[..Math.Min(header.Length, LongestKey)],
            BodyHash = Hash(http.Request, body),
            Lifetime = requestId is null ? JustNow : Day,
            Keeps = _ => isKept,
        };
        var outcome = await idempotency.ExecuteAsync(
            request,
            async _ =>
            {
                var response = await answer();
                isKept = !response.IsDegraded;
                return Store(response);
            },
            http.RequestAborted
        );
        return outcome.Answer!;
    }

    private static StoredAnswer Store(ChatResponse response) =>
        new(
            StatusCodes.Status200OK,
            response.IsDegraded ? Degraded : Plain,
            JsonSerializer.SerializeToUtf8Bytes(response, ChatJson.Plain.ChatResponse)
        );

    /// <summary>A large body is the same when its bytes are, whatever the order of its names.</summary>
    private static byte[] Hash(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var query = request.QueryString.Value ?? "";
        return body.Length <= LargestCanonical
            ? RequestHash.OfJson(request.Method, ChatRoute.Path, query, body)
            : RequestHash.OfBytes(
                request.Method,
                ChatRoute.Path,
                query,
                SHA256.HashData(body.Span)
            );
    }
}
