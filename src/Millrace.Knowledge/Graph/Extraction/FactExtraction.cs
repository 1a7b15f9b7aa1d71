using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>
/// Reads facts out of a text, each with the sentence that it rests on: by a language model when one is connected, else by
/// rule. Where the model is slow, fails or answers nonsense the rules read.
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

    /// <summary>Whether a language model reads documents, so that texts of any language can be given.</summary>
    public bool HasModel => ForDocuments() is not null;

    /// <summary>The model that reads conversations: the one for documents, else the default one; null when that is none.</summary>
    internal Route? ForSpeech() =>
        options.ExtractionModel is null ? Real(models.Resolve(null)) : ForDocuments();

    /// <summary>Facts of a document's text, to be written by <see cref="FactLog"/>; none when nothing sure is said.</summary>
    /// <param name="saidAt">What its relative dates count from, and when its facts hold from.</param>
    public async Task<IReadOnlyList<NewFact>> ReadAsync(
        Id<Workspace> workspace,
        string text,
        DateTimeOffset saidAt,
        CancellationToken cancellation
    )
    {
        if (ForDocuments() is not { } route)
            return ByRule(text, saidAt);
        try
        {
            return await AskAsync(workspace, route, new FactText(text, saidAt), cancellation)
                ?? ByRule(text, saidAt);
        }
        catch (Failure failure)
        {
            Log.Failed(logger, failure.Reason);
            return ByRule(text, saidAt);
        }
    }

    /// <summary>What a model finds in a text; null when it answers nonsense.</summary>
    /// <exception cref="Failure">It does not answer, or not in time.</exception>
    internal async Task<IReadOnlyList<NewFact>?> AskAsync(
        Id<Workspace> workspace,
        Route route,
        FactText text,
        CancellationToken cancellation
    )
    {
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
            var answer = await models.CompleteAsync(FactPrompt.Of(route, text), either.Token);
            Count(workspace, answer.Call);
            // A fallback to the embedded model is no reading.
            if (
                answer.Call.Provider != EmbeddedModels.Provider
                && FactAnswer.Read(answer.Response.Text, text) is { } facts
            )
                return facts;
            Log.Nonsense(logger, answer.Call.Model);
            return null;
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimedOut(
                "extraction_timed_out",
                "The model took longer over a text than Millrace:Knowledge:Graph:ExtractionSeconds.",
                late
            );
        }
    }

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

    private Route? ForDocuments() =>
        options.ExtractionModel is { } name ? Real(models.ResolveConfigured(name)) : null;

    private static Route? Real(Route route) =>
        route.Substituted || route.First.Provider == EmbeddedModels.Provider ? null : route;

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
