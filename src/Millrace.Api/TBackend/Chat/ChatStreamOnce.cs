using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Millrace.Agents.Chat;
using Millrace.Core.Idempotency;

namespace Millrace.Api.TBackend.Chat;

/// <summary>
/// Streams a turn once: who sends it again while it is under way waits for its end, and gets the stored reply as a
/// stream, as one who comes later does. When the first caller leaves, the next one's turn is run. (t-backend §4)
/// </summary>
internal sealed class ChatStreamOnce(IdempotencyService idempotency, TimeProvider time)
{
    // A conflict is told at once, as an ordinary answer. For the end of another's turn no stream can wait with its
    // first byte. (t-backend §7, §9.5)
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, string> NoHeaders = [];

    /// <param name="request">Null for a turn without a key.</param>
    /// <exception cref="Core.Failures.Conflict">The key is another request's.</exception>
    public async Task<IAsyncEnumerable<TurnUpdate>> OpenAsync(
        IdempotentRequest? request,
        Func<CancellationToken, IAsyncEnumerable<TurnUpdate>> updates,
        CancellationToken cancellation
    )
    {
        if (request is null)
            return updates(cancellation);
        var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pieces = Channel.CreateBounded<TurnUpdate>(1);
        var begun = new TaskCompletionSource();
        var running = RunAsync(
            request,
            pieces.Writer,
            () =>
            {
                begun.TrySetResult();
                return updates(leaving.Token);
            },
            leaving.Token
        );
        await (
            (Task)Task.WhenAny(running, begun.Task).WaitAsync(Patience, time, cancellation)
        ).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsFaulted)
            await running;
        return ReadAsync(running, pieces.Reader, leaving, cancellation);
    }

    private async Task<IdempotentOutcome> RunAsync(
        IdempotentRequest request,
        ChannelWriter<TurnUpdate> pieces,
        Func<IAsyncEnumerable<TurnUpdate>> updates,
        CancellationToken cancellation
    )
    {
        Exception? failure = null;
        try
        {
            return await idempotency.ExecuteAsync(
                request,
                token => PassOnAsync(updates(), pieces, token),
                cancellation
            );
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            // The stream ends when the answer is stored, so that no repeat can contradict what was read to its end.
            pieces.Complete(failure);
        }
    }

    /// <summary>What is to be stored: nothing for an apology, since who asks again is to get an answer.</summary>
    private static async Task<StoredAnswer?> PassOnAsync(
        IAsyncEnumerable<TurnUpdate> updates,
        ChannelWriter<TurnUpdate> pieces,
        CancellationToken cancellation
    )
    {
        StoredAnswer? stored = null;
        await foreach (var update in updates.WithCancellation(cancellation))
        {
            if (update is TurnUpdate.Finished { Answer: { Degraded: null } answer })
                stored = Store(answer);
            try
            {
                await pieces.WriteAsync(update, cancellation);
            }
            catch (OperationCanceledException) when (stored is not null)
            {
                // The client left with the last piece: the turn is whole and kept, and so is its answer.
            }
        }
        return stored;
    }

    private static async IAsyncEnumerable<TurnUpdate> ReadAsync(
        Task<IdempotentOutcome> running,
        ChannelReader<TurnUpdate> pieces,
        CancellationTokenSource leaving,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        try
        {
            await foreach (var update in pieces.ReadAllAsync(cancellation))
                yield return update;
            var outcome = await running;
            if (!outcome.IsReplay)
                yield break;
            foreach (var update in Replay(outcome.Answer!))
                yield return update;
        }
        finally
        {
            await leaving.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            leaving.Dispose();
        }
    }

    private static StoredAnswer Store(TurnAnswer answer) =>
        new(
            200,
            NoHeaders,
            JsonSerializer.SerializeToUtf8Bytes(
                ChatResponse.From(answer, withAlias: false),
                ChatJson.Plain.ChatResponse
            )
        );

    private static IEnumerable<TurnUpdate> Replay(StoredAnswer stored)
    {
        var answer = JsonSerializer
            .Deserialize(stored.Body!.Value.Span, ChatJson.Plain.ChatResponse)!
            .ToAnswer();
        if (answer.Reasoning is { } reasoning)
            yield return new TurnUpdate.Reasoning(reasoning);
        yield return new TurnUpdate.Content(answer.Reply);
        yield return new TurnUpdate.Finished(answer);
    }
}
