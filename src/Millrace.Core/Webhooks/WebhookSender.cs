using System.Globalization;
using System.Net;
using Millrace.Core.Failures;
using Millrace.Core.Outbound;
using Millrace.Core.Text;

namespace Millrace.Core.Webhooks;

/// <summary>One try at posting an event.</summary>
/// <param name="Status">Null when no answer came.</param>
/// <param name="Error">Null when the receiver took it: any 2xx.</param>
public sealed record WebhookAttempt(DateTimeOffset At, long? Status, string? Error)
{
    /// <summary>How long the receiver asked to be left alone.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>It was not sent, since the log no longer has it.</summary>
    internal bool IsLost { get; init; }

    public bool HasSucceeded => Error is null;

    /// <summary>The receiver says that it will never take anything again.</summary>
    internal bool IsGone => Status == (int)HttpStatusCode.Gone;
}

/// <summary>Signs an event and posts it. An answer's body is not read.</summary>
internal sealed class WebhookSender(GuardedClient client, WebhookOptions options, TimeProvider time)
{
    private const int LongestError = 300;

    public async Task<WebhookAttempt> SendAsync(
        Uri url,
        IReadOnlyList<byte[]> keys,
        string id,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var timestamp = now.ToUnixTimeSeconds();
        var request = new OutboundRequest(url)
        {
            Method = HttpMethod.Post,
            ContentType = "application/json",
            Body = body,
            TimeLimit = TimeSpan.FromSeconds(options.TimeLimitSeconds),
            Headers = new Dictionary<string, string>
            {
                ["webhook-id"] = id,
                ["webhook-timestamp"] = timestamp.ToString(CultureInfo.InvariantCulture),
                ["webhook-signature"] = WebhookSecret.Sign(keys, id, timestamp, body.Span),
            },
        };
        try
        {
            await using var response = await client.SendAsync(request, cancellation);
            var status = (int)response.Status;
            return response.IsSuccess
                ? new WebhookAttempt(now, status, null)
                : new WebhookAttempt(now, status, Describe(response))
                {
                    RetryAfter = RetryAfter(response, now),
                };
        }
        catch (Failure failure)
        {
            var error = $"{failure.Code}: {failure.Message}";
            return new WebhookAttempt(now, null, error.CutTo(LongestError));
        }
    }

    private static string Describe(OutboundResponse response) =>
        (int)response.Status is >= 300 and < 400
            ? "The receiver redirects, which is not followed: set the address that it redirects to."
            : $"The receiver answered {(int)response.Status}.";

    private static TimeSpan? RetryAfter(OutboundResponse response, DateTimeOffset now) =>
        response.Headers.RetryAfter is { } asked ? asked.Delta ?? asked.Date - now : null;
}
