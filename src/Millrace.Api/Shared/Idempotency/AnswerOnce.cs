using Microsoft.AspNetCore.Http;
using Millrace.Core.Idempotency;

namespace Millrace.Api.Shared.Idempotency;

/// <summary>A feature of a request: what its answer tells of, where that may have to be taken back while it is kept.</summary>
internal sealed record AnswerSubject(string Text);

/// <summary>
/// Answers a request once per key. The answer is held until it is stored, then sent, so that no client has an answer
/// that a repeat could contradict. Not for streams, nor for answers that hold a secret.
/// </summary>
internal sealed class AnswerOnce(IdempotencyService idempotency)
{
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>A longer key is cut. (t-backend §4)</summary>
    private const int LongestKey = 128;

    /// <summary>The key that a header carries; null when it carries none.</summary>
    public static string? KeyOf(HttpRequest request, string header)
    {
        var key = request.Headers[header].ToString();
        return key.Length switch
        {
            0 => null,
            > LongestKey => key[..LongestKey],
            _ => key,
        };
    }

    /// <param name="answer">Writes the whole answer, or fails.</param>
    public async Task RunAsync(HttpContext http, IdempotentRequest request, Func<Task> answer)
    {
        var outcome = await idempotency.ExecuteAsync(
            request,
            async held => await HoldAsync(http, answer, held),
            // What has begun goes on when its caller has gone: cut off, the repeat would do it again.
            CancellationToken.None
        );
        await SendAsync(http.Response, outcome, http.RequestAborted);
    }

    /// <summary>
    /// Likewise for a request that does nothing but read and write its workspace: all of it is one write, and is written
    /// anew when the database ends it in favour of another.
    /// </summary>
    public async Task RunTogetherAsync(
        HttpContext http,
        IdempotentRequest request,
        Func<Task> answer
    )
    {
        var outcome = await idempotency.ExecuteTogetherAsync(
            request,
            // A write that has begun goes on to its end, and so the answer is whole also when its caller has gone.
            async () => await HoldAsync(http, answer, CancellationToken.None),
            http.RequestAborted
        );
        await SendAsync(http.Response, outcome, http.RequestAborted);
    }

    public static async Task SendAsync(
        HttpResponse response,
        IdempotentOutcome outcome,
        CancellationToken cancellation
    )
    {
        var answer = outcome.Answer!;
        var body = answer.Body!.Value;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        if (outcome.IsReplay)
            response.Headers[ReplayedHeader] = "true";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, cancellation);
    }

    /// <param name="key">Ends when the key is lost to another process, too: then whatever answers is to stop.</param>
    private static async Task<StoredAnswer> HoldAsync(
        HttpContext http,
        Func<Task> answer,
        CancellationToken key
    )
    {
        var response = http.Response;
        var (client, aborted) = (response.Body, http.RequestAborted);
        using var held = new MemoryStream();
        (response.Body, http.RequestAborted) = (held, key);
        try
        {
            await answer();
            await response.BodyWriter.FlushAsync(key);
        }
        finally
        {
            (response.Body, http.RequestAborted) = (client, aborted);
        }
        return new StoredAnswer(
            response.StatusCode,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Content-Type"] = response.ContentType ?? "",
            },
            held.ToArray()
        )
        {
            Subject = http.Features.Get<AnswerSubject>()?.Text,
        };
    }
}
