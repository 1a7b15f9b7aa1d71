using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Models.OpenAi;
using Millrace.Models.Routing;

namespace Millrace.Api.OpenAi;

/// <summary>The models that can be named.</summary>
internal static class ModelRoutes
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead("/models", List)
            .WithSummary("List the models")
            .WithAnswer<ModelList>(
                """{"object":"list","data":[{"id":"local","object":"model","created":0,"owned_by":"millrace"}]}"""
            )
            .WithFailures<ErrorEnvelope>(401, 403, 429);
        // A model's name may hold slashes.
        routes
            .MapRead("/models/{**id}", Get)
            .WithSummary("Show one model")
            .WithAnswer<ModelEntry>(
                """{"id":"local","object":"model","created":0,"owned_by":"millrace"}"""
            )
            .WithFailures<ErrorEnvelope>(401, 403, 404, 429);
    }

    private static JsonHttpResult<ModelList> List(HttpResponse response, ModelRouter router)
    {
        Mark(response);
        return TypedResults.Json(
            new ModelList { Data = [.. Entries(router)] },
            OpenAiJson.Plain.ModelList
        );
    }

    private static JsonHttpResult<ModelEntry> Get(
        string id,
        HttpResponse response,
        ModelRouter router
    )
    {
        Mark(response);
        var entry =
            Entries(router)
                .FirstOrDefault(entry =>
                    string.Equals(entry.Id, id, StringComparison.OrdinalIgnoreCase)
                )
            ?? throw new Core.Failures.NotFound(
                "model_not_found",
                $"There is no model {id}. Ask GET /v1/models for those that are here."
            );
        return TypedResults.Json(entry, OpenAiJson.Plain.ModelEntry);
    }

    /// <summary>So that a Millrace that looks for models on its machine passes over this one.</summary>
    private static void Mark(HttpResponse response) => response.Headers[Hop.Header] = "1";

    private static IEnumerable<ModelEntry> Entries(ModelRouter router) =>
        router
            .Models.Select(card => Entry(card.Name, card.Provider))
            .Concat(
                router.Aliases.Select(alias => Entry(alias, router.Resolve(alias).First.Provider))
            )
            .DistinctBy(entry => entry.Id);

    private static ModelEntry Entry(string name, string provider) =>
        new()
        {
            Id = name,
            OwnedBy = provider,
            // Nobody says when a model was made.
            Created = 0,
        };
}
