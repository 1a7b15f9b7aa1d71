using System.Diagnostics;
using Millrace.Core.Failures;

namespace Millrace.Models.Routing;

/// <summary>A call while it lasts: what was asked so far, how long it may still take, and its span.</summary>
internal sealed class CallRecord
{
    private readonly Route _route;
    private readonly string _operation;
    private readonly ModelsOptions _options;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Activity? _activity;
    private Candidate _candidate;

    public CallRecord(Route route, string operation, ModelsOptions options, TimeProvider time)
    {
        _route = route;
        _operation = operation;
        _options = options;
        _time = time;
        _candidate = route.Candidates[0];
        Attempts = route.AttemptsBefore;
        _startedAt = time.GetTimestamp();
        _activity = ModelTelemetry.Start(operation, _candidate);
    }

    public int Attempts { get; private set; }

    /// <summary>Begins an attempt at a model. The caller disposes what it gets.</summary>
    /// <exception cref="TimedOut">The whole call's time is over.</exception>
    public Deadline Attempt(Candidate candidate, CancellationToken caller)
    {
        _candidate = candidate;
        var limit = Within(candidate.Card.TimeLimit ?? _options.AttemptLimit);
        if (limit <= TimeSpan.Zero)
            throw new TimedOut(
                "model_timed_out",
                $"Model {candidate.Card.Name} did not answer in time. Try again, or raise Millrace:Models:TotalLimit."
            );
        Attempts++;
        return new Deadline(limit, _time, caller);
    }

    /// <summary>After a piece of a stream: how long the next one may take.</summary>
    public void MoveOn(Deadline deadline)
    {
        var limit = Within(_options.StallLimit);
        deadline.MoveTo(limit > TimeSpan.Zero ? limit : TimeSpan.Zero);
    }

    /// <summary>Ends the call. <paramref name="estimate"/> fills what the provider did not report.</summary>
    public ModelCall End(
        CallOutcome outcome,
        long? inputTokens,
        long? outputTokens,
        Func<(long Input, long Output)> estimate
    )
    {
        var estimated =
            outcome != CallOutcome.Failed && (inputTokens is null || outputTokens is null);
        var (input, output) = estimated ? estimate() : default;
        input = inputTokens ?? input;
        output = outputTokens ?? output;
        var call = new ModelCall
        {
            Operation = _operation,
            Asked = _route.Asked,
            Model = _candidate.Card.Name,
            Provider = _candidate.Card.Provider,
            Outcome = outcome,
            Attempts = Attempts,
            FallbackUsed =
                _route.AttemptsBefore > 0 || !ReferenceEquals(_candidate, _route.Candidates[0]),
            InputTokens = input,
            OutputTokens = output,
            Estimated = estimated,
            CostMicroUsd = _candidate.Card.CostMicroUsd(input, output),
            Duration = _time.GetElapsedTime(_startedAt),
        };
        ModelTelemetry.End(_activity, call, _candidate);
        return call;
    }

    public ModelCall Fail(CallOutcome outcome) => End(outcome, 0, 0, static () => default);

    private TimeSpan Within(TimeSpan limit)
    {
        var left = _options.TotalLimit - _time.GetElapsedTime(_startedAt);
        return limit < left ? limit : left;
    }
}
