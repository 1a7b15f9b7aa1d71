using System.Text.Json;
using Millrace.Core.Failures;
using Polly.CircuitBreaker;

namespace Millrace.Models.Routing;

/// <summary>How models are asked: one after another, each as often as it may help.</summary>
internal static class Attempts
{
    /// <summary>Asks the route's models one after another until one answers.</summary>
    /// <param name="instead">An answer that takes the place of asking this model, if there is one.</param>
    public static async Task<T> AskAsync<T>(
        Route route,
        CallRecord record,
        int hops,
        Func<Candidate, CancellationToken, Task<T>> attempt,
        CancellationToken cancellationToken,
        Func<Candidate, T?>? instead = null
    )
        where T : class
    {
        Failure? last = null;
        try
        {
            foreach (var candidate in route.Candidates)
            {
                if (instead?.Invoke(candidate) is { } answer)
                {
                    record.Fail(CallOutcome.Failed);
                    return answer;
                }
                try
                {
                    return await AskOneAsync(candidate, hops, attempt, cancellationToken);
                }
                catch (UpstreamFailure failure)
                {
                    last = failure.ToFailure(candidate.Card.Name);
                    if (!failure.OtherMayAnswer)
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            record.Fail(CallOutcome.Cancelled);
            throw;
        }
        catch
        {
            record.Fail(CallOutcome.Failed);
            throw;
        }
        record.Fail(CallOutcome.Failed);
        throw last!;
    }

    /// <summary>Asks one model, again where that may help.</summary>
    /// <exception cref="UpstreamFailure">It did not answer.</exception>
    public static async Task<T> AskOneAsync<T>(
        Candidate candidate,
        int hops,
        Func<Candidate, CancellationToken, Task<T>> attempt,
        CancellationToken cancellationToken
    )
        where T : notnull
    {
        if (hops > 0 && candidate.Provider.IsLoopback)
            throw new Conflict(
                "model_loop",
                $"Model {candidate.Card.Name} is on this machine and the request came from a Millrace, so it would go round. Name another model."
            );
        if (hops >= Hop.Most)
            throw new Conflict(
                "model_loop",
                $"The request came through {hops} servers like this one, so it goes round. Mend which of them names which."
            );
        Hop.Note(hops);
        try
        {
            return await candidate.Provider.Resilience.ExecuteAsync(
                static (state, token) =>
                    new ValueTask<T>(AttemptAsync(state.attempt, state.candidate, token)),
                (attempt, candidate),
                cancellationToken
            );
        }
        catch (BrokenCircuitException open)
        {
            throw new UpstreamFailure(
                UpstreamFault.Unreachable,
                "the provider failed too often and is left alone for a while",
                open.RetryAfter,
                open
            );
        }
    }

    /// <summary>Gives every way in which a client of a provider can fail one type.</summary>
    public static async Task<T> AttemptAsync<T>(
        Func<Candidate, CancellationToken, Task<T>> attempt,
        Candidate candidate,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await attempt(candidate, cancellationToken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamFailure(UpstreamFault.Late, "no answer in time", cause: late);
        }
        catch (Exception malformed)
            when (malformed
                    is JsonException
                        or global::Anthropic.Exceptions.AnthropicInvalidDataException
            )
        {
            throw new UpstreamFailure(
                UpstreamFault.Malformed,
                "the answer cannot be read",
                cause: malformed
            );
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new UpstreamFailure(UpstreamFault.Cut, broken.Message, cause: broken);
        }
        catch (global::Anthropic.Exceptions.AnthropicException failed)
        {
            throw failed.InnerException as UpstreamFailure
                ?? new UpstreamFailure(UpstreamFault.Failing, failed.Message, cause: failed);
        }
    }
}
