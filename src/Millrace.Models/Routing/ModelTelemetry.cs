using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Millrace.Models.Routing;

/// <summary>Spans and meters by OpenTelemetry's names for generative models. Never a prompt or an answer.</summary>
public static class ModelTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Millrace.Models";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "gen_ai.client.operation.duration",
        "s",
        "Duration of a model call with its retries."
    );
    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>(
        "gen_ai.client.token.usage",
        "{token}",
        "Tokens of a model call."
    );

    internal static Activity? Start(string operation, Candidate candidate)
    {
        if (!Source.HasListeners())
            return null;
        // Not made current: a stream's span outlives the method that starts it.
        var current = Activity.Current;
        var activity = Source.StartActivity(
            $"{operation} {candidate.Card.Name}",
            ActivityKind.Client
        );
        Activity.Current = current;
        activity?.SetTag("gen_ai.operation.name", operation);
        activity?.SetTag("gen_ai.request.model", candidate.Card.Name);
        return activity;
    }

    internal static void End(Activity? activity, ModelCall call, Candidate candidate)
    {
        var error = call.Outcome switch
        {
            CallOutcome.Answered => null,
            CallOutcome.Cancelled => "cancelled",
            CallOutcome.Cut => "cut",
            _ => "failed",
        };
        Measure(call, candidate, error);
        if (activity is null)
            return;
        activity.SetTag("gen_ai.provider.name", ProviderName(candidate));
        activity.SetTag("gen_ai.response.model", candidate.Card.Upstream);
        activity.SetTag("gen_ai.usage.input_tokens", call.InputTokens);
        activity.SetTag("gen_ai.usage.output_tokens", call.OutputTokens);
        activity.SetTag("millrace.attempts", call.Attempts);
        if (error is not null)
        {
            activity.SetTag("error.type", error);
            activity.SetStatus(ActivityStatusCode.Error);
        }
        activity.Dispose();
    }

    private static void Measure(ModelCall call, Candidate candidate, string? error)
    {
        if (!Duration.Enabled && !Tokens.Enabled)
            return;
        var tags = new TagList
        {
            { "gen_ai.operation.name", call.Operation },
            { "gen_ai.provider.name", ProviderName(candidate) },
            { "gen_ai.request.model", call.Model },
        };
        if (call.Outcome != CallOutcome.Failed)
        {
            Tokens.Record(call.InputTokens, [.. tags, new("gen_ai.token.type", "input")]);
            Tokens.Record(call.OutputTokens, [.. tags, new("gen_ai.token.type", "output")]);
        }
        if (error is not null)
            tags.Add("error.type", error);
        Duration.Record(call.Duration.TotalSeconds, tags);
    }

    private static string ProviderName(Candidate candidate) =>
        candidate.Provider.Kind switch
        {
            ProviderKind.OpenAi => "openai",
            ProviderKind.Anthropic => "anthropic",
            ProviderKind.Ollama => "ollama",
            _ => "millrace",
        };
}
