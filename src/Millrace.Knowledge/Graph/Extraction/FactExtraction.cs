using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>
/// Reads facts out of a text, each with the sentence that it rests on: by the language model of
/// <see cref="GraphOptions.ExtractionModel"/> when one is connected, else by rule. Where the model is slow, fails or
/// answers nonsense the rules read.
/// </summary>
public sealed partial class FactExtraction(
    ModelRouter models,
    EntityRecognizer recognizer,
    GraphOptions options,
    UsageJournal usage,
    TimeProvider time,
    ILogger<FactExtraction> logger
)
{
    private const string UsageKind = "graph.extract";

    /// <summary>Facts to be written by <see cref="FactLog"/>; none when nothing sure is said.</summary>
    /// <param name="saidAt">When it was said: what its relative dates count from, and when its facts hold from.</param>
    /// <param name="author">Who says "I"; null when nobody does.</param>
    public async Task<IReadOnlyList<NewFact>> ReadAsync(
        Id<Workspace> workspace,
        string text,
        DateTimeOffset saidAt,
        string? author,
        CancellationToken cancellation
    )
    {
        if (Route() is not { } route)
            return ByRule(text, saidAt);
        using var limit = new CancellationTokenSource(
            TimeSpan.FromSeconds(options.ExtractionSeconds),
            time
        );
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            limit.Token
        );
        try
        {
            var request = FactPrompt.Of(route, text, saidAt, author);
            var answer = await models.CompleteAsync(request, either.Token);
            Count(workspace, answer.Call);
            if (FactPrompt.Read(answer.Response.Text, text, saidAt, author) is { } facts)
                return facts;
            Log.Nonsense(logger, answer.Call.Model);
        }
        catch (Failure failure)
        {
            Log.Failed(logger, failure.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Log.Failed(logger, "it took too long");
        }
        return ByRule(text, saidAt);
    }

    /// <summary>Whether a language model reads, so that texts of any language can be given.</summary>
    public bool HasModel => Route() is not null;

    /// <summary>Sentences whose subject is a name that is recognised, and in which a rule reads a relation.</summary>
    internal IReadOnlyList<NewFact> ByRule(string text, DateTimeOffset saidAt)
    {
        var facts = new List<NewFact>();
        foreach (var sentence in StatementReader.Sentences(text))
        {
            var reading = StatementReader.Read(sentence);
            if (reading.Claims.Count == 0)
                continue;
            var names = recognizer.Recognize(sentence);
            if (!reading.Claims.Any(claim => names.Exists(name => name.Text == claim.Subject.Name)))
                continue;
            facts.Add(
                new NewFact
                {
                    Text = sentence,
                    ValidFrom = reading.Claims.Any(claim => claim.Dates.IsStated) ? null : saidAt,
                }
            );
        }
        return facts;
    }

    private Route? Route()
    {
        if (options.ExtractionModel is not { } name)
            return null;
        var route = models.ResolveConfigured(name);
        return route.Substituted || route.First.Provider == EmbeddedModels.Provider ? null : route;
    }

    private void Count(Id<Workspace> workspace, ModelCall call) =>
        usage.Record(
            new UsageRecord(
                workspace,
                default,
                UsageKind,
                call.Model,
                1,
                call.InputTokens,
                call.OutputTokens,
                call.CostMicroUsd,
                time.GetUtcNow()
            )
        );

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Model} gave no facts as JSON; rules read the text")]
        public static partial void Nonsense(ILogger logger, string model);

        [LoggerMessage(LogLevel.Warning, "Facts are read by rule, the model failed: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
