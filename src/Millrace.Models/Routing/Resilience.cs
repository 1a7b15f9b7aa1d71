using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Millrace.Models.Routing;

/// <summary>
/// Retries and circuit breaking of one provider. Time limits are not here: a stream outlives the attempt that opened
/// it, so that they belong to <see cref="Deadline"/>.
/// </summary>
internal static class Resilience
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    public static ResiliencePipeline<object> Of(
        ModelsOptions options,
        TimeProvider time,
        CircuitBreakerStateProvider circuit
    )
    {
        var pipeline = new ResiliencePipelineBuilder<object> { TimeProvider = time };
        if (options.Retries > 0)
            pipeline.AddRetry(Retries(options));
        return pipeline.AddCircuitBreaker(Breaker(circuit)).Build();
    }

    private static RetryStrategyOptions<object> Retries(ModelsOptions options) =>
        new()
        {
            MaxRetryAttempts = options.Retries,
            Delay = FirstWait,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            MaxDelay = options.LongestWait,
            ShouldHandle = args =>
                ValueTask.FromResult(
                    args.Outcome.Exception is UpstreamFailure { IsPassing: true } failure
                        && (failure.RetryAfter ?? TimeSpan.Zero) <= options.LongestWait
                ),
            // Null leaves the jittered back-off.
            DelayGenerator = args =>
                ValueTask.FromResult((args.Outcome.Exception as UpstreamFailure)?.RetryAfter),
        };

    private static CircuitBreakerStrategyOptions<object> Breaker(
        CircuitBreakerStateProvider circuit
    ) =>
        new()
        {
            StateProvider = circuit,
            FailureRatio = 0.5,
            MinimumThroughput = 10,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(10),
            ShouldHandle = args =>
                ValueTask.FromResult(
                    args.Outcome.Exception is UpstreamFailure { IsProvidersTrouble: true }
                ),
        };
}
