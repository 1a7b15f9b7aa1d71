using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Agents.Sessions;

/// <summary>
/// Lets the turns of one session through one after another, in the order in which they arrived at this process. Between
/// processes the session's claim in the database does the same, without the order.
/// </summary>
internal sealed class TurnQueue(SessionsOptions options)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private readonly Dictionary<
        (Id<Workspace>, string),
        LinkedList<TaskCompletionSource>
    > _waiting = [];
    private readonly Lock _gate = new();

    /// <summary>Waits for the session to be free; disposing what comes back lets the next one in.</summary>
    /// <exception cref="Limited">As many as may wait do.</exception>
    public async ValueTask<Place> EnterAsync(
        Id<Workspace> workspace,
        string session,
        CancellationToken cancellation
    )
    {
        var key = (workspace, session);
        LinkedListNode<TaskCompletionSource> turn;
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out var queue))
            {
                _waiting.Add(key, []);
                return new Place(this, key);
            }
            if (queue.Count >= options.WaitingTurns)
                throw new Limited(
                    "session_busy",
                    "Too many messages of this session wait already. Send the next one when one is answered.",
                    AskAgain
                );
            turn = queue.AddLast(
                new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
            );
        }
        await using var registration = cancellation.UnsafeRegister(
            (_, token) => GiveUp(turn, token),
            null
        );
        await turn.Value.Task;
        return new Place(this, key);
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> turn, CancellationToken token)
    {
        lock (_gate)
        {
            // Without a list it has been let in.
            if (turn.List is null)
                return;
            turn.List.Remove(turn);
        }
        turn.Value.SetCanceled(token);
    }

    private void Leave((Id<Workspace>, string) key)
    {
        lock (_gate)
        {
            var queue = _waiting[key];
            if (queue.First is not { } next)
            {
                _waiting.Remove(key);
                return;
            }
            queue.RemoveFirst();
            next.Value.SetResult();
        }
    }

    internal readonly struct Place(TurnQueue queue, (Id<Workspace>, string) key) : IDisposable
    {
        public void Dispose() => queue.Leave(key);
    }
}
