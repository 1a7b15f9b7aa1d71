using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Limits;
using Millrace.Knowledge.Graph;
using static Millrace.Api.TBackend.Graph.GraphRoutes;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Facts: written, listed, changed and taken back. (t-backend §14.2, §14.4)</summary>
internal static class FactRoutes
{
    internal const string Example = """
        {"id":"f_0198c0de4c7b7000a1b2c3d4e5f60719","graph_id":"g_0198c0de4c7b7000a1b2c3d4e5f60718",
         "fact":"Alice works at Acme","subject":"Alice","predicate":"works_at","object":"Acme",
         "valid_from":"2020-01-01T00:00:00Z","valid_to":null,"created_at":"2026-06-24T21:50:43Z",
         "updated_at":"2026-06-24T21:50:43Z","invalidated_at":null,"confidence":1,"source":null,"session_id":null,
         "metadata":{},"superseded_by":null,"memory_id":"m_0198c0de4c7b7000a1b2c3d4e5f6071a"}
        """;

    private const string Deleted =
        """{"id":"f_0198c0de4c7b7000a1b2c3d4e5f60719","deleted":true,"success":true}""";

    public static void MapFacts(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/graph/{graph_id}/facts", AddAsync)
            .WithSummary(
                "Write facts: an array, one, or an object that holds an array; all or none"
            )
            .WithBody<FactRequest>(
                """{"fact":"Alice works at Acme","valid_from":"2020-01-01T00:00:00Z"}"""
            )
            .WithAnswer<IReadOnlyList<FactResponse>>($"[{Example}]")
            .WithFailures(400, 401, 403, 413, 422, 429);
        routes
            .MapRead("/graph/{graph_id}/facts", ListAsync)
            .WithSummary("List facts, the latest first")
            .WithMoment()
            .WithQuery("limit", "1 to 1,000; 100 when left out.")
            .WithQuery("offset", "How many to pass over.")
            .WithQuery("include_invalid", "All that was ever written.", "true", "false")
            .WithQuery(
                "q",
                "Words that all have to be in it; without any, such as `?` or `the`, the text as it stands, in either case."
            )
            .WithQuery("session_id", "Only what was said in this session of the key's.")
            .WithAnswer<IReadOnlyList<FactResponse>>($"[{Example}]")
            .WithFailures(401, 403, 422, 429);
        routes
            .MapDelete("/graph/{graph_id}/facts/{fact_id}", DeleteInAsync)
            .WithSummary("Take a fact back, by the id of any of its versions; with `hard` remove it for good")
            .WithQuery("hard", "Whether all its versions go, and what was merged with it.", "true", "false")
            .WithAnswer<DeletedResponse>(Deleted)
            .WithFailures(401, 403, 404, 429);
        routes
            .MapRead("/graph/facts/{fact_id}", ShowAsync)
            .WithSummary("Show a fact with all its versions")
            .WithAnswer<FactResponse>(Example)
            .WithFailures(401, 403, 404, 429);
        routes
            .MapDelete("/graph/facts/{fact_id}", DeleteAsync)
            .WithSummary("Take a fact back, by the id of any of its versions; with `hard` remove it for good")
            .WithQuery("hard", "Whether all its versions go, and what was merged with it.", "true", "false")
            .WithAnswer<DeletedResponse>(Deleted)
            .WithFailures(401, 403, 404, 429);
        routes
            .MapPost("/graph/facts/update", ChangeAsync)
            .WithSummary("Put a new version in the place of a fact's present one; a new text is read anew")
            .WithBody<FactUpdate>(
                """{"fact_id":"f_0198c0de4c7b7000a1b2c3d4e5f60719","valid_to":"2024-05-01"}"""
            )
            .WithAnswer<FactResponse>(Example)
            .WithFailures(400, 401, 403, 404, 409, 413, 422, 429);
    }

    /// <summary>The two times of a question. (t-backend §14.1)</summary>
    internal static RouteHandlerBuilder WithMoment(this RouteHandlerBuilder route) =>
        route
            .WithQuery("at", "The time in the world that is asked about; now when left out.")
            .WithQuery("known_at", "As the graph knew it at this time; now when left out.");

    private static async Task<JsonHttpResult<IReadOnlyList<FactResponse>>> AddAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        FactLog log
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access, GraphRole.Writer);
        var facts = await GraphReader.ReadAsync(http, budget, GraphReader.Facts);
        var written = await log.AddAsync(graph, facts, http.RequestAborted);
        return Json<IReadOnlyList<FactResponse>>([
            .. written.Select(fact =>
                FactResponse.From(fact.Fact) with
                {
                    Existing = fact.Existed ? true : null,
                }
            ),
        ]);
    }

    private static async Task<JsonHttpResult<IReadOnlyList<FactResponse>>> ListAsync(
        HttpContext http,
        GraphAccess access,
        FactReader reader,
        TimeProvider time
    )
    {
        var graph = await GraphDoor.OpenAsync(http, access);
        var query = new GraphParameters(http.Request, time);
        var filter = new FactFilter
        {
            Moment = query.Moment(),
            IncludeInvalid = query.Flag("include_invalid"),
            Text = query.Text("q"),
            Session = query.Text("session_id"),
            Limit = query.Limit(100),
            Offset = query.Offset(),
        };
        query.Check();
        var facts = await reader.ListAsync(graph, filter, http.RequestAborted);
        return Json<IReadOnlyList<FactResponse>>([.. facts.Select(FactResponse.From)]);
    }

    private static async Task<JsonHttpResult<FactResponse>> ShowAsync(
        HttpContext http,
        GraphAccess access,
        FactReader reader
    )
    {
        var id = GraphIds.Fact(GraphDoor.Value(http, "fact_id"));
        var graph = await GraphDoor.OfFactAsync(http, access, reader, id);
        var fact = await reader.GetAsync(graph, id, http.RequestAborted);
        var history = await reader.HistoryAsync(graph, fact, http.RequestAborted);
        return Json(
            FactResponse.From(fact) with
            {
                History = [.. history.Select(FactResponse.From)],
            }
        );
    }

    private static async Task<JsonHttpResult<FactResponse>> ChangeAsync(
        HttpContext http,
        BodyBudget budget,
        GraphAccess access,
        FactReader reader,
        FactLog log
    )
    {
        var (id, change) = await GraphReader.ReadAsync(
            http,
            budget,
            (body, fields) =>
                (
                    fields.RequiredText("fact_id", GraphReader.LongestName),
                    GraphReader.Change(body, fields)
                )
        );
        var fact = GraphIds.Fact(id);
        var graph = await GraphDoor.OfFactAsync(http, access, reader, fact);
        var changed = await log.ChangeAsync(
            graph,
            change with
            {
                Fact = fact,
            },
            http.RequestAborted
        );
        return Json(FactResponse.From(changed));
    }

    private static async Task<JsonHttpResult<DeletedResponse>> DeleteInAsync(
        HttpContext http,
        GraphAccess access,
        FactLog log
    ) => await EndAsync(http, await GraphDoor.OpenAsync(http, access, GraphRole.Writer), log);

    private static async Task<JsonHttpResult<DeletedResponse>> DeleteAsync(
        HttpContext http,
        GraphAccess access,
        FactReader reader,
        FactLog log
    )
    {
        var id = GraphIds.Fact(GraphDoor.Value(http, "fact_id"));
        return await EndAsync(http, await GraphDoor.OfFactAsync(http, access, reader, id), log);
    }

    private static async Task<JsonHttpResult<DeletedResponse>> EndAsync(
        HttpContext http,
        OpenedGraph graph,
        FactLog log
    )
    {
        var id = GraphIds.Fact(GraphDoor.Value(http, "fact_id"));
        if (new GraphParameters(http.Request, TimeProvider.System).Flag("hard"))
            await log.EraseAsync(graph, id, http.RequestAborted);
        else
            await log.RetractAsync(graph, id, http.RequestAborted);
        return Json(new DeletedResponse(GraphIds.FactOf(id)));
    }
}
