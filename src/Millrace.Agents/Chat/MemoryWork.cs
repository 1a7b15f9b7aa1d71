using System.Text.Json;
using Millrace.Agents.Sessions;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Graph.Memory;
using Millrace.Models.Routing;

namespace Millrace.Agents.Chat;

/// <summary>A turn whose words are to be kept, and the graph that its session had when they were said.</summary>
internal sealed record MemoryTask(
    Guid Session,
    long Turn,
    string Handle,
    Guid Key,
    long KeyNumber,
    Guid? Graph
)
{
    /// <summary>The caller named the built-in model, so no other one is to see the turn.</summary>
    public bool ByRule { get; init; }
}

/// <summary>
/// Queues the keeping of what a user told, in the write that ends the turn, and only when there may be something to keep.
/// (t-backend §9.6)
/// </summary>
internal sealed class MemoryWork(
    WorkQueue queue,
    GraphMemory memory,
    GraphSessions sessions,
    ModelRouter models,
    MemoryOptions options
)
{
    public const string Kind = "memory.extract";

    /// <summary>
    /// The graph that a turn's words belong to, as it is when they are said: what becomes of the session's mapping
    /// later is not theirs. Null where there is nothing to keep.
    /// </summary>
    public async Task<OpenedGraph?> GraphAsync(
        TurnRequest request,
        string handle,
        CancellationToken cancellation
    )
    {
        if (!MayHold(request))
            return null;
        var graph = await sessions.OpenAsync(request.Principal, handle, cancellation);
        return request.Graphs?.Any(named => named.Id == graph.Id) == false ? null : graph;
    }

    public async ValueTask QueueAsync(
        Db db,
        TurnRequest request,
        string handle,
        OpenTurn turn,
        OpenedGraph graph
    )
    {
        var session = turn.Session!.Value;
        var task = new MemoryTask(
            session.Value,
            turn.Number,
            handle,
            request.Principal.Key.Value,
            request.Principal.KeyNumber,
            graph.Id.Value
        )
        {
            ByRule = IsByRule(request),
        };
        await queue.EnqueueAsync(
            db,
            new NewWork(turn.Workspace, Kind, JsonSerializer.Serialize(task))
            {
                Occurrence = $"{session}/{turn.Number}",
            }
        );
    }

    private bool MayHold(TurnRequest request) =>
        options.Extract
        && request.Remembers
        // Without a key nobody has shown whose memory it is.
        && request.Principal.Key != default
        && memory.MayHold(request.Message, IsByRule(request));

    private bool IsByRule(TurnRequest request) =>
        request.Model is { } name && models.ResolveConfigured(name).IsOwn(name);
}

/// <summary>Keeps what a user told in one turn. Only the user's own words are read; documents and answers never.</summary>
internal sealed class MemoryHandler(Store store, GraphAccess access, GraphMemory memory)
    : IWorkHandler
{
    // Of the model's; then the rules read.
    private const int Tries = 3;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    public string Kind => MemoryWork.Kind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            work.Stopping
        );
        var task = JsonSerializer.Deserialize<MemoryTask>(work.Item.Payload)!;
        if (!await IsNextAsync(work.Item, task, either.Token))
            await work.PostponeAsync(BetweenLooks);
        else
            await KeepAsync(work, task, either.Token);
    }

    /// <summary>
    /// Whether all earlier turns of the session have been read, or given up. What is said next is understood from what was
    /// said before, and several turns may be read at once.
    /// </summary>
    private Task<bool> IsNextAsync(
        WorkItem item,
        MemoryTask task,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            item.WorkspaceId,
            async db =>
                !await db.FirstAsync(
                    """
                    SELECT 1 FROM work_items WHERE workspace_id = $1 AND kind = $2 AND occurrence LIKE $3 AND id < $4
                    AND state IN ('waiting', 'running')
                    """,
                    _ => true,
                    item.WorkspaceId.Value,
                    MemoryWork.Kind,
                    $"{new Id<Session>(task.Session)}/%",
                    item.Id.Value
                ),
            cancellation
        );

    private async Task KeepAsync(WorkContext work, MemoryTask task, CancellationToken cancellation)
    {
        var workspace = work.Item.WorkspaceId;
        var words = await store.ReadAsync(
            workspace,
            db =>
                db.FirstAsync(
                    "SELECT text, created_at FROM turns WHERE session_id = $1 AND number = $2 AND workspace_id = $3 AND role = 'user'",
                    row => ((string Text, DateTimeOffset At)?)(row.Text(0), row.Time(1)),
                    task.Session,
                    task.Turn,
                    workspace.Value
                ),
            cancellation
        );
        if (
            words is not { } said
            || await OpenAsync(task, workspace, cancellation) is not { } graph
        )
            return;
        // In another's graph the user is one of several.
        var subject =
            graph.Workspace == workspace
                ? GraphMemory.User
                : $"{GraphMemory.User} of key {task.KeyNumber}";
        await memory.KeepAsync(
            graph,
            new SaidTurn(said.Text, said.At, task.Handle, subject)
            {
                Workspace = workspace,
                ByRule = task.ByRule,
                MayWait = work.Item.Attempts < Tries,
            },
            work.FinishAsync,
            cancellation
        );
    }

    /// <summary>Null when the graph may not be written to any more: what was said to it goes with it.</summary>
    private async Task<OpenedGraph?> OpenAsync(
        MemoryTask task,
        Id<Workspace> workspace,
        CancellationToken cancellation
    )
    {
        var caller = new Principal
        {
            Workspace = workspace,
            Key = new Id<ApiKey>(task.Key),
            KeyNumber = task.KeyNumber,
            Scopes = new HashSet<string>(),
            IsAdmin = false,
            RateClass = "",
            StreamDialect = "",
        };
        try
        {
            var graph = task.Graph is { } id
                ? await access.OpenAsync(caller, new Id<KnowledgeGraph>(id), cancellation)
                : await access.OpenDefaultAsync(caller, cancellation);
            return graph.Role >= GraphRole.Writer ? graph : null;
        }
        catch (Forbidden)
        {
            return null;
        }
    }
}
