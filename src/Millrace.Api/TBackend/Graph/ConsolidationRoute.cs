using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Bodies;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Limits;
using Millrace.Knowledge.Graph;
using static Millrace.Api.TBackend.Graph.GraphRoutes;

namespace Millrace.Api.TBackend.Graph;

/// <summary><c>POST /graph/{graph_id}/consolidate</c>: work that is waited for ten seconds at most. (t-backend §14.2)</summary>
internal static class ConsolidationRoute
{
    private const int MostFacts = 50_000;

    public static void MapConsolidation(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/graph/{graph_id}/consolidate", ConsolidateAsync)
            .WithSummary("Merge nodes and facts that are there more than once; with `session_id` facts of that session of the key's")
            .WithBody<ConsolidationRequest>("""{"dry_run":true,"max_facts":1000}""")
            .WithAnswer<GraphTaskResponse>(
                """
                {"success":true,"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
                 "task_id":"0198c0de4c7b7000a1b2c3d4e5f6071d","status":"completed",
                 "result":{"dry_run":true,"facts_examined":12,"facts_merged":2,"nodes_merged":1}}
                """
            )
            .WithFailures(401, 403, 413, 422, 429);

    private static async Task<JsonHttpResult<GraphTaskResponse>> ConsolidateAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        GraphTasks tasks
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var scope = await GraphReader.ReadAsync(http, budget, Read);
        var job = GraphJob.On(graph, http.Caller()) with
        {
            DryRun = scope.DryRun,
            MaxFacts = scope.MaxFacts,
            Session = scope.Session,
        };
        var task = await tasks.RunAsync(graph, GraphTasks.Consolidate, job, http.RequestAborted);
        return Json(GraphTaskResponse.From(task));
    }

    private static ConsolidationScope Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
            return new ConsolidationScope();
        var errors = new Errors();
        var fields = new Fields(JsonBody.Parse(bytes, Errors.OfBody), errors, "body");
        var scope = new ConsolidationScope(
            fields.Flag("dry_run") ?? false,
            fields.Integer("max_facts", 1, MostFacts) ?? new ConsolidationScope().MaxFacts,
            fields.Text("session_id", GraphReader.LongestName)
        );
        errors.ThrowIfAny();
        return scope;
    }
}

/// <summary>The body, which may be left out.</summary>
internal sealed record ConsolidationRequest(bool? DryRun, int? MaxFacts, string? SessionId);
