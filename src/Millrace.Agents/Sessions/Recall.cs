using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Text;
using Millrace.Models.Routing;

namespace Millrace.Agents.Sessions;

/// <summary>What recall brought back, and the vectors that were made on the way and are not yet on disk.</summary>
internal sealed record Recalled(IReadOnlyList<PastTurn> Turns, IReadOnlyList<TurnVector> NewVectors)
{
    public static Recalled Nothing { get; } = new([], []);
}

/// <summary>
/// Finds older turns by meaning. A turn is embedded once, when it has left the verbatim window, at the next turn of its
/// session and together with that turn's query; so the work left over is never more than a few turns a session. A
/// session with no such turns costs nothing.
/// </summary>
internal sealed partial class Recall(
    Store store,
    SessionHistory history,
    ModelRouter models,
    RecallCache cache,
    MemoryMeter meter,
    SessionsOptions options,
    ILogger<Recall> logger
)
{
    private const string UsageKind = "session.recall";

    // A turn says what it is about early on; the embedder reads 128 tokens.
    private const int LongestText = 1_000;

    // More than these are waiting only after a change of the embedding model or of the window; they are caught up a
    // few at a time, the latest first.
    private const int MostAtOnce = 8;

    // Of so many times as are asked for, those that say the same are passed over.
    private const int Wider = 8;

    public async Task<Recalled> FindAsync(
        OpenTurn turn,
        Window window,
        string message,
        CancellationToken cancellation
    )
    {
        if (
            options.RecalledTurns == 0
            || window.OlderThrough == 0
            || turn.Session is not { } session
        )
            return Recalled.Nothing;
        try
        {
            return await FindAsync(turn, session, window.OlderThrough, message, cancellation);
        }
        catch (Failure failure)
        {
            // Without an embedder a conversation goes on with its window and its summary.
            Log.Unavailable(logger, failure.Reason);
            return Recalled.Nothing;
        }
    }

    private async Task<Recalled> FindAsync(
        OpenTurn turn,
        Id<Session> session,
        long through,
        string message,
        CancellationToken cancellation
    )
    {
        var route = models.ResolveEmbedding(null);
        var known = cache.Get(session, route.First.Name);
        await LoadAsync(turn, session, known, cancellation);
        var missing = known.Missing(through, MostAtOnce);
        var waiting =
            missing.Count == 0 ? [] : await history.PickAsync(turn, missing, cancellation);
        string[] texts = [Shorten(message), .. waiting.Select(past => Shorten(past.Text))];
        var (vectors, call) = await models.EmbedAsync(route, texts, cancellation);
        meter.Count(turn.Workspace, UsageKind, call);
        var query = Quantised(vectors[0]);
        var made = new List<TurnVector>(waiting.Count);
        for (var i = 0; i < waiting.Count; i++)
        {
            var vector = Quantised(vectors[i + 1]);
            known.Add(waiting[i].Number, vector);
            made.Add(
                new TurnVector
                {
                    SessionId = session,
                    Number = waiting[i].Number,
                    WorkspaceId = turn.Workspace,
                    Model = known.Model,
                    Vector = MemoryMarshal.AsBytes<sbyte>(vector).ToArray(),
                }
            );
        }
        cache.Keep(session, known);
        var nearest = known.Nearest(
            query,
            through,
            options.RecalledTurns * Wider,
            options.RecallThreshold
        );
        var found = await DistinctAsync(turn, nearest, message, cancellation);
        return new Recalled(found, made);
    }

    // Another process may have added vectors since; only the ones behind the last known are read.
    private async Task LoadAsync(
        OpenTurn turn,
        Id<Session> session,
        SessionVectors known,
        CancellationToken cancellation
    )
    {
        var rows = await store.ReadAsync(
            turn.Workspace,
            db =>
                db.QueryAsync(
                    "SELECT number, vector FROM turn_vectors WHERE session_id = $1 AND model = $2 AND number > $3 ORDER BY number",
                    row => (Number: row.Int64(0), Vector: row.Bytes(1)),
                    session.Value,
                    known.Model,
                    known.Last
                ),
            cancellation
        );
        foreach (var (number, vector) in rows)
            known.Add(number, MemoryMarshal.Cast<byte, sbyte>(vector).ToArray());
    }

    /// <summary>A question asked again and again is most like itself, and would leave no room for what answers it.</summary>
    private async Task<IReadOnlyList<PastTurn>> DistinctAsync(
        OpenTurn turn,
        List<long> nearest,
        string message,
        CancellationToken cancellation
    )
    {
        if (nearest.Count == 0)
            return [];
        var byNumber = (await history.PickAsync(turn, nearest, cancellation)).ToDictionary(past =>
            past.Number
        );
        return
        [
            .. nearest
                .Where(byNumber.ContainsKey)
                .Select(number => byNumber[number])
                .Where(past => !past.Text.Equals(message, StringComparison.OrdinalIgnoreCase))
                .DistinctBy(past => past.Text, StringComparer.OrdinalIgnoreCase)
                .Take(options.RecalledTurns)
                .OrderBy(past => past.Number),
        ];
    }

    private static string Shorten(string text) => text.CutTo(LongestText);

    private static sbyte[] Quantised(Embedding<float> embedding)
    {
        var vector = embedding.Vector.Span;
        var length = MathF.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares(vector));
        var scale = length > 0 ? 127f / length : 0;
        var bytes = new sbyte[vector.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (sbyte)MathF.Round(vector[i] * scale);
        return bytes;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Older turns cannot be recalled by meaning: {Reason}"
        )]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}
