using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Knowledge.Graph.Extraction;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>Has a language model read what a user said, beside what the graph knows of whom it speaks.</summary>
internal sealed partial class ModelMemory(
    FactExtraction extraction,
    GraphSearch search,
    MemoryOptions options,
    ILogger<ModelMemory> logger
)
{
    private const int MostKnown = 32;

    /// <summary>The model that reads; null when the rules are to.</summary>
    public Route? Route => options.UseModel ? extraction.ForSpeech() : null;

    /// <summary>Null when the model gives nothing that can be used, now or later.</summary>
    /// <exception cref="Failure">It does not answer for now, and the turn may wait.</exception>
    public async Task<IReadOnlyList<NewFact>?> ReadAsync(
        OpenedGraph graph,
        SaidTurn turn,
        Route route,
        List<FactView> recent,
        CancellationToken cancellation
    )
    {
        var words = SaidReader.OwnWords(turn.Text);
        if (words.Length == 0)
            return [];
        var related = await search.FindAsync(
            graph,
            new GraphQuestion(words, new Moment(turn.At)) { Limit = MostKnown },
            cancellation
        );
        var text = new FactText(words, turn.At)
        {
            Author = turn.Subject,
            Known =
            [
                .. recent
                    .Concat(related.Facts.Select(scored => scored.Fact))
                    // What documents say is no part of what was told.
                    .Where(fact => fact is { RestsOnDocument: false, Object: not null })
                    .DistinctBy(fact => fact.Id)
                    .Take(MostKnown)
                    .Select(Known.Of),
            ],
        };
        try
        {
            return await extraction.AskAsync(turn.Workspace, route, text, cancellation);
        }
        catch (Failure failure)
            when (!turn.MayWait || failure is not (Unavailable or Limited or TimedOut))
        {
            Log.Failed(logger, failure.Reason);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A turn is kept by rule, the model failed: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
