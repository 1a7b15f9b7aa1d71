using System.Net;
using System.Text.Json;
using Millrace.Core.Failures;

namespace Millrace.Models.Routing;

internal enum UpstreamFault
{
    /// <summary>No connection, or it broke before an answer.</summary>
    Unreachable,

    /// <summary>The provider says that it cannot answer for now (5xx).</summary>
    Failing,

    /// <summary>Too many requests (429).</summary>
    Busy,

    /// <summary>No answer in time.</summary>
    Late,

    /// <summary>Not the answer's form.</summary>
    Malformed,

    /// <summary>A stream ended before its end.</summary>
    Cut,
    TooLarge,

    /// <summary>The provider refuses this installation's key (401, 402, 403).</summary>
    Credentials,

    /// <summary>The provider has no such model or route (404).</summary>
    NoModel,

    /// <summary>The provider refuses the request itself (other 4xx).</summary>
    Refused,
}

/// <summary>A provider did not answer a request. Stays inside the router, which turns it into a <see cref="Failure"/>.</summary>
internal sealed class UpstreamFailure(
    UpstreamFault fault,
    string message,
    TimeSpan? retryAfter = null,
    Exception? cause = null
) : Exception(message, cause)
{
    public UpstreamFault Fault { get; } = fault;
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The same request may be answered when it is made again.</summary>
    public bool IsPassing => Fault <= UpstreamFault.Cut;

    /// <summary>The provider is in trouble, not the request.</summary>
    public bool IsProvidersTrouble =>
        Fault is UpstreamFault.Unreachable or UpstreamFault.Failing or UpstreamFault.Late;

    /// <summary>Another model may answer. A request that is refused for what it says is refused everywhere.</summary>
    public bool OtherMayAnswer => Fault is not (UpstreamFault.Refused or UpstreamFault.TooLarge);

    public static UpstreamFault FaultOf(HttpStatusCode status) =>
        (int)status switch
        {
            408 or 409 or 425 => UpstreamFault.Failing,
            429 => UpstreamFault.Busy,
            401 or 402 or 403 => UpstreamFault.Credentials,
            404 => UpstreamFault.NoModel,
            >= 400 and < 500 => UpstreamFault.Refused,
            _ => UpstreamFault.Failing,
        };

    public static UpstreamFailure Of(
        HttpResponseMessage response,
        ReadOnlySpan<byte> body,
        DateTimeOffset now
    )
    {
        var said = SaidIn(body) ?? $"status {(int)response.StatusCode}";
        return new UpstreamFailure(FaultOf(response.StatusCode), said, RetryAfterOf(response, now));
    }

    public static TimeSpan? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>What the caller is told. Addresses, keys and a provider's inner errors stay here.</summary>
    public Failure ToFailure(string model) =>
        Fault switch
        {
            UpstreamFault.Refused => new Invalid(
                "model_refused_request",
                $"Model {model} refuses the request: {Message}"
            ),
            UpstreamFault.NoModel => new NotFound(
                "model_not_found",
                $"The provider has no model {model}. Ask GET /v1/models for those that are here."
            ),
            UpstreamFault.Busy => new Limited(
                "model_busy",
                $"Model {model} is at its provider's rate limit. Try again later.",
                RetryAfter ?? TimeSpan.FromSeconds(5)
            ),
            UpstreamFault.Late => new TimedOut(
                "model_timed_out",
                $"Model {model} did not answer in time. Try again, or raise Millrace:Models:AttemptLimit.",
                this
            ),
            UpstreamFault.Credentials => new Unavailable(
                "model_credentials_refused",
                $"The provider of model {model} refuses this installation's key. The operator must mend the provider's ApiKey.",
                cause: this
            ),
            UpstreamFault.TooLarge => new Unavailable(
                "model_answer_too_large",
                $"The answer of model {model} is larger than Millrace:Models:MaxAnswerBytes.",
                cause: this
            ),
            UpstreamFault.Malformed => new Unavailable(
                "model_answer_malformed",
                $"Model {model} answered in a form that cannot be read. Try again.",
                cause: this
            ),
            UpstreamFault.Cut => new Unavailable(
                "model_answer_cut",
                $"The answer of model {model} ended before its end. Try again.",
                cause: this
            ),
            _ => new Unavailable(
                "model_unavailable",
                $"Model {model} does not answer for now. Try again later.",
                RetryAfter,
                this
            ),
        };

    /// <summary>The message inside an error of either form: <c>{"error":{"message":…}}</c> or <c>{"error":"…"}</c>.</summary>
    private static string? SaidIn(ReadOnlySpan<byte> body)
    {
        const int longest = 500;
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
                return null;
            using (document)
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                    return null;
                if (!document.RootElement.TryGetProperty("error", out var error))
                    error = document.RootElement;
                if (error.ValueKind == JsonValueKind.Object)
                    error.TryGetProperty("message", out error);
                var text = error.ValueKind == JsonValueKind.String ? error.GetString() : null;
                return text?.Length > longest ? text[..longest] : text;
            }
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
