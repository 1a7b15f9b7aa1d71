using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Agents.Sessions;

/// <summary>
/// Lets the turns of one session through one after another, in the order in which they arrived at this process. Between
/// processes the session's claim in the database does the same, without the order.
/// </summary>
internal sealed class TurnQueue
{
    private readonly Dictionary<(Id<Workspace>, string), Queue<TaskCompletionSource>> _waiting = [];
    private readonly Lock _gate = new();

    /// <summary>Waits for the session to be free; disposing what comes back lets the next one in.</summary>
    public async ValueTask<Place> EnterAsync(
        Id<Workspace> workspace,
        string session,
        CancellationToken cancellation
    )
    {
        var key = (workspace, session);
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out var queue))
            {
                _waiting.Add(key, new Queue<TaskCompletionSource>(1));
                return new Place(this, key);
            }
            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Enqueue(turn);
        }
        await using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token),
            turn
        );
        await turn.Task;
        return new Place(this, key);
    }

    private void Leave((Id<Workspace>, string) key)
    {
        lock (_gate)
        {
            var queue = _waiting[key];
            while (queue.TryDequeue(out var next))
            {
                // One that gave up while it waited is passed over.
                if (next.TrySetResult())
                    return;
            }
            _waiting.Remove(key);
        }
    }

    internal readonly struct Place(TurnQueue queue, (Id<Workspace>, string) key) : IDisposable
    {
        public void Dispose() => queue.Leave(key);
    }
}
