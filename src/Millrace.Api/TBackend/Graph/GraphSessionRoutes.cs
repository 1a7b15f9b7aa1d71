using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Limits;
using Millrace.Knowledge.Graph;
using static Millrace.Api.TBackend.Graph.GraphRoutes;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Sessions of a graph, and what was kept of them. (t-backend §14.2, §14.7)</summary>
internal static class GraphSessionRoutes
{
    public static void MapGraphSessions(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/graph/{graph_id}/sessions", ListAsync)
            .WithSummary("List the key's sessions that are mapped to a graph")
            .WithAnswer<GraphSessionsResponse>(
                """
                {"graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
                 "sessions":[{"session_id":"my-session-1","mapped_at":"2026-06-24T21:50:43Z","turns":0}]}
                """
            )
            .WithFailures(401, 403, 429);
        routes
            .MapPost("/graph/sessions/map", MapAsync)
            .WithSummary(
                "Map a session to a graph that the key may write to, from now on and for as long as it may"
            )
            .WithBody<SessionMapRequest>(
                """{"session_id":"my-session-1","graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718"}"""
            )
            .WithAnswer<SessionMappedResponse>(
                """{"success":true,"session_id":"my-session-1","graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718"}"""
            )
            .WithFailures(401, 403, 413, 422, 429);
        routes
            .MapRead("/graph/memory/{memory_id}", MemoryAsync)
            .WithSummary("Show what was said, and the facts that rest on it")
            .WithAnswer<MemoryResponse>(
                """
                {"id":"m_0198c0de4c7b7000a1b2c3d4e5f6071a","graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
                 "session_id":null,"kind":"statement","text":"Alice works at Acme",
                 "created_at":"2026-06-24T21:50:43Z","fact_ids":["f_0198c0de4c7b7000a1b2c3d4e5f60719"]}
                """
            )
            .WithFailures(401, 403, 404, 429);
    }

    private static async Task<JsonHttpResult<GraphSessionsResponse>> ListAsync(
        HttpContext http,
        GraphAccess access,
        GraphSessions sessions
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var mapped = await sessions.ListAsync(http.Caller(), graph, http.RequestAborted);
        return Json(
            new GraphSessionsResponse(
                GraphIds.Of(graph.Id),
                [
                    .. mapped.Select(session => new GraphSessionResponse(
                        session.Session,
                        session.MappedAt.UtcDateTime,
                        session.Turns
                    )),
                ]
            )
        );
    }

    private static async Task<JsonHttpResult<SessionMappedResponse>> MapAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        GraphSessions sessions
    )
    {
        var (session, graphId) = await GraphReader.ReadAsync(
            http,
            budget,
            (_, fields) =>
                (
                    GraphReader.SessionId(fields),
                    fields.RequiredText("graph_id", GraphReader.LongestName)
                )
        );
        var graph = await access.OpenAsync(
            http.Caller(),
            GraphIds.Graph(graphId),
            http.RequestAborted
        );
        await sessions.MapAsync(http.Caller(), session, graph, http.RequestAborted);
        return Json(new SessionMappedResponse(true, session, GraphIds.Of(graph.Id)));
    }

    private static async Task<JsonHttpResult<MemoryResponse>> MemoryAsync(
        HttpContext http,
        Episodes episodes
    )
    {
        var id = GraphIds.Memory(GraphDoor.Value(http, "memory_id"));
        var (episode, facts) = await episodes.GetAsync(http.Caller(), id, http.RequestAborted);
        return Json(
            new MemoryResponse(
                GraphIds.Of(episode.Id),
                GraphIds.Of(episode.GraphId),
                episode.Session,
                episode.Kind,
                episode.Text,
                episode.CreatedAt.UtcDateTime,
                [.. facts.Select(GraphIds.FactOf)]
            )
        );
    }
}
