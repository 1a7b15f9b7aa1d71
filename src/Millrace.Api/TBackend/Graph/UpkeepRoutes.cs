using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Limits;
using Millrace.Knowledge.Graph;
using static Millrace.Api.TBackend.Graph.GraphRoutes;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Graphs read anew, sessions brought elsewhere, and how such work stands. (t-backend §14.2)</summary>
internal static class UpkeepRoutes
{
    private const string TaskExample = """
        {"success":true,"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
         "task_id":"0198c0de4c7b7000a1b2c3d4e5f6071d","status":"completed","result":{"episodes":12,"facts_added":3}}
        """;

    public static void MapUpkeep(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/graph/reprocess/graph/{graph_id}", ReprocessGraphAsync)
            .WithSummary(
                "Read all that was said in a graph with today's rules; nothing is taken away"
            )
            .WithAnswer<GraphTaskResponse>(TaskExample)
            .WithFailures(401, 403, 429);
        routes
            .MapPost("/graph/reprocess/session/{session_id}", ReprocessSessionAsync)
            .WithSummary("The same for what was said in one session of the key's, in the graph that it has now")
            .WithAnswer<GraphTaskResponse>(TaskExample)
            .WithFailures(401, 403, 404, 429);
        routes
            .MapRead("/graph/tasks/{task_id}", TaskAsync)
            .WithSummary("Show how work on a graph stands")
            .WithAnswer<GraphTaskResponse>(TaskExample)
            .WithFailures(401, 403, 404, 429);
        routes
            .MapPost("/graph/migrate/session", MigrateAsync)
            .WithSummary("Copy or move what was said in a session of the key's to another graph")
            .WithBody<SessionMigrationRequest>(
                """
                {"session_id":"my-session-1","from_graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
                 "to_graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60719","copy":true}
                """
            )
            .WithAnswer<SessionMigrationResponse>(
                """
                {"success":true,"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60719",
                 "task_id":"0198c0de4c7b7000a1b2c3d4e5f6071d","status":"completed","result":{"facts_copied":4},
                 "facts_copied":4}
                """
            )
            .WithFailures(401, 403, 413, 422, 429);
        routes
            .MapRead("/graph/debug", DebugAsync)
            .WithAccess(AccessClass.Admin)
            .WithSummary("Count what the installation's graphs hold; for administrators")
            .WithAnswer<GraphDebugResponse>(
                """
                {"graphs":3,"facts":120,"facts_held":100,"nodes":60,"episodes":110,
                 "index":{"facts_indexed":120,"complete":true},"tasks_waiting":0,"tasks_dead":0,"names_installed":true}
                """
            )
            .WithFailures(401, 403, 429);
    }

    private static async Task<JsonHttpResult<GraphTaskResponse>> ReprocessGraphAsync(
        HttpContext http,
        GraphAccess access,
        GraphTasks tasks
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var job = GraphJob.On(graph, http.Caller());
        var task = await tasks.RunAsync(graph, GraphTasks.Reprocess, job, http.RequestAborted);
        return Json(GraphTaskResponse.From(task));
    }

    private static async Task<JsonHttpResult<GraphTaskResponse>> ReprocessSessionAsync(
        HttpContext http,
        GraphSessions sessions,
        Episodes episodes,
        GraphTasks tasks
    )
    {
        var session = GraphDoor.Value(http, "session_id")!;
        var graph = await sessions.OpenAsync(http.Caller(), session, http.RequestAborted);
        await episodes.DemandSessionAsync(graph, session, http.RequestAborted);
        var job = GraphJob.On(graph, http.Caller()) with { Session = session };
        var task = await tasks.RunAsync(graph, GraphTasks.Reprocess, job, http.RequestAborted);
        return Json(GraphTaskResponse.From(task));
    }

    private static async Task<JsonHttpResult<GraphTaskResponse>> TaskAsync(
        HttpContext http,
        GraphTasks tasks
    )
    {
        var id = GraphIds.Task(GraphDoor.Value(http, "task_id"));
        var task = await tasks.GetAsync(http.Caller(), id, http.RequestAborted);
        return Json(GraphTaskResponse.From(task));
    }

    private static async Task<JsonHttpResult<SessionMigrationResponse>> MigrateAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        SessionMigration migration
    )
    {
        var (session, fromId, toId, copy) = await GraphReader.ReadAsync(
            http,
            budget,
            (_, fields) =>
                (
                    GraphReader.SessionId(fields),
                    fields.RequiredText("from_graph_id", GraphReader.LongestName),
                    fields.RequiredText("to_graph_id", GraphReader.LongestName),
                    fields.Flag("copy") ?? true
                )
        );
        var caller = http.Caller();
        var from = await access.OpenAsync(caller, GraphIds.Graph(fromId), http.RequestAborted);
        var to = await access.OpenAsync(caller, GraphIds.Graph(toId), http.RequestAborted);
        var task = await migration.BeginAsync(
            caller,
            session,
            from,
            to,
            copy,
            http.RequestAborted
        );
        return Json(SessionMigrationResponse.From(task));
    }

    private static async Task<JsonHttpResult<GraphDebugResponse>> DebugAsync(
        HttpContext http,
        GraphCensus census
    )
    {
        var counts = await census.TakeAsync(http.RequestAborted);
        return Json(
            new GraphDebugResponse(
                counts.Graphs,
                counts.Facts,
                counts.FactsHeld,
                counts.Nodes,
                counts.Episodes,
                new GraphIndexState(counts.FactsIndexed, counts.FactsIndexed == counts.Facts),
                counts.TasksWaiting,
                counts.TasksDead,
                counts.NamesInstalled
            )
        );
    }
}

internal sealed record GraphTaskResponse(
    bool Success,
    string GraphId,
    string TaskId,
    string Status,
    JsonElement? Result
)
{
    public static GraphTaskResponse From(GraphTask task) =>
        new(
            task.Status is not ("failed" or "cancelled"),
            GraphIds.Of(task.Graph),
            task.Id.ToString(),
            task.Status,
            task.Result is { } result ? JsonElement.Parse(result) : null
        );
}

internal sealed record SessionMigrationRequest
{
    public required string SessionId { get; init; }

    public required string FromGraphId { get; init; }

    public required string ToGraphId { get; init; }

    [System.ComponentModel.Description("`false` takes the facts back where they were.")]
    public bool? Copy { get; init; }
}

/// <param name="FactsCopied">Null while the work goes on.</param>
internal sealed record SessionMigrationResponse(
    bool Success,
    string GraphId,
    string TaskId,
    string Status,
    JsonElement? Result,
    long? FactsCopied
)
{
    public static SessionMigrationResponse From(GraphTask task)
    {
        var told = GraphTaskResponse.From(task);
        return new SessionMigrationResponse(
            told.Success,
            told.GraphId,
            told.TaskId,
            told.Status,
            told.Result,
            told.Result?.GetProperty("facts_copied").GetInt64()
        );
    }
}

internal sealed record GraphIndexState(long FactsIndexed, bool Complete);

internal sealed record GraphDebugResponse(
    long Graphs,
    long Facts,
    long FactsHeld,
    long Nodes,
    long Episodes,
    GraphIndexState Index,
    long TasksWaiting,
    long TasksDead,
    bool NamesInstalled
);
