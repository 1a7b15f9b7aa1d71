using System.Collections.Concurrent;
using System.Text.Json;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Knowledge.Graph;

/// <summary>Work on one graph, as it stands.</summary>
/// <param name="Status"><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Result">A JSON object once it is completed.</param>
public sealed record GraphTask(
    Id<WorkItem> Id,
    Id<KnowledgeGraph> Graph,
    string Status,
    string? Result,
    string? Error
);

/// <summary>What is to be done with a graph: the payload of its work.</summary>
/// <param name="Actor">Who asked, as the audit log has it.</param>
/// <param name="Guest">The workspace of who asked, where it is not the graph's own.</param>
/// <param name="Session">Only what was said in this session of who asked; all when null.</param>
public sealed record GraphJob(
    Guid Graph,
    bool IsDefault,
    string Actor,
    Guid? Guest = null,
    string? Session = null,
    bool DryRun = false,
    int MaxFacts = 10_000,
    GraphSource? Source = null
)
{
    public static GraphJob On(OpenedGraph graph, Principal caller) =>
        new(graph.Id.Value, graph.IsDefault, $"key:{caller.KeyNumber}", graph.Guest?.Value);
}

/// <summary>The graph that facts are brought from.</summary>
/// <param name="Copy">They stay there too.</param>
public sealed record GraphSource(Guid Graph, Guid Workspace, bool Copy);

/// <summary>Work on graphs that may take longer than a request: begun, waited for a while, and asked after.</summary>
public sealed class GraphTasks(Store store, WorkQueue queue, GraphAccess access, TimeProvider time)
{
    public const string Consolidate = "graph.consolidate";
    public const string Reprocess = "graph.reprocess";
    internal const string Migrate = "graph.migrate";
    internal const string Erase = "graph.erase";

    private const int Attempts = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Id<WorkItem>, TaskCompletionSource> _waiters = new();

    /// <summary>Queues the work, and tells how it stands when it has ended, at the latest after ten seconds.</summary>
    public async Task<GraphTask> RunAsync(
        OpenedGraph graph,
        string kind,
        GraphJob job,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        var id = await queue.EnqueueAsync(Work(graph.Workspace, kind, job), cancellation);
        return await WaitAsync(graph.Workspace, id, cancellation);
    }

    /// <exception cref="NotFound">There is no such work on a graph that the caller may read.</exception>
    public async Task<GraphTask> GetAsync(
        Principal caller,
        Id<WorkItem> id,
        CancellationToken cancellation = default
    )
    {
        try
        {
            var item = await queue.GetAsync(Reach.Installation, id, cancellation);
            if (item.Kind is not (Consolidate or Reprocess or Migrate))
                throw Unknown();
            var task = Task(item);
            await access.OpenAsync(caller, task.Graph, cancellation);
            return task;
        }
        catch (Failure failure) when (failure is NotFound or Forbidden)
        {
            throw Unknown();
        }
    }

    /// <summary>Returns when the work has ended, at the latest after ten seconds.</summary>
    internal async Task<GraphTask> WaitAsync(
        Id<Workspace> workspace,
        Id<WorkItem> id,
        CancellationToken cancellation
    )
    {
        var ended = _waiters.GetOrAdd(
            id,
            _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        try
        {
            var item = await queue.GetAsync(workspace, id, cancellation);
            if (item.FinishedAt is not null)
                return Task(item);
            await ended
                .Task.WaitAsync(Longest, time, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            return Task(await queue.GetAsync(workspace, id, cancellation));
        }
        finally
        {
            _waiters.TryRemove(id, out _);
        }
    }

    internal ValueTask<Id<WorkItem>> QueueAsync(Db db, string kind, GraphJob job) =>
        queue.EnqueueAsync(db, Work(db.Workspace, kind, job));

    /// <summary>Ends the work with its result, and tells who waits.</summary>
    internal async Task FinishAsync(WorkContext work, string result, CancellationToken cancellation)
    {
        await work.ReportAsync(100, result, cancellation);
        await store.WriteAsync(
            Reach.Installation,
            async db => await work.FinishAsync(db),
            cancellation
        );
        if (_waiters.TryGetValue(work.Item.Id, out var waiter))
            waiter.TrySetResult();
    }

    internal static GraphJob JobOf(WorkItem item) =>
        JsonSerializer.Deserialize<GraphJob>(item.Payload)!;

    private static NewWork Work(Id<Workspace> workspace, string kind, GraphJob job) =>
        new(workspace, kind, JsonSerializer.Serialize(job))
        {
            // What was deleted is erased, however often that fails.
            MaxAttempts = kind == Erase ? int.MaxValue : Attempts,
        };

    private static GraphTask Task(WorkItem item) =>
        new(
            item.Id,
            new Id<KnowledgeGraph>(JobOf(item).Graph),
            item.State switch
            {
                WorkState.Waiting => "queued",
                WorkState.Running => "running",
                WorkState.Done => "completed",
                WorkState.Cancelled => "cancelled",
                _ => "failed",
            },
            item.State is WorkState.Done && item.Note.Length > 0 ? item.Note : null,
            item.Error
        );

    private static NotFound Unknown() => new("task_not_found", "There is no such task.");
}

/// <summary>Does one kind of work on graphs.</summary>
/// <param name="run">Gives the result as a JSON object. It may begin again after a crash.</param>
internal sealed class GraphTaskHandler(
    string kind,
    GraphTasks tasks,
    Func<OpenedGraph, GraphJob, WorkItem, CancellationToken, Task<string>> run
) : IWorkHandler
{
    public string Kind => kind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            work.Stopping
        );
        var job = GraphTasks.JobOf(work.Item);
        var graph = new OpenedGraph(
            new Id<KnowledgeGraph>(job.Graph),
            work.Item.WorkspaceId,
            GraphRole.Owner,
            job.IsDefault
        )
        {
            Guest = job.Guest is { } guest ? new Id<Workspace>(guest) : null,
        };
        var result = await run(graph, job, work.Item, either.Token);
        await tasks.FinishAsync(work, result, cancellation);
    }
}
