using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Profiles;

namespace Millrace.Api.Fluxra.Agents;

/// <summary>The public directory. (fluxra §9.11)</summary>
internal static class DirectoryRoutes
{
    private const int LongestQuestion = 100;

    public static void MapDirectory(this IEndpointRouteBuilder routes)
    {
        routes.MapRead("/agents", ListAsync).Describe();
        routes.MapRead("/directory", ListAsync).Describe().ExcludeFromDescription();
    }

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder route) =>
        route
            .WithAccess(Credential.Public, RateGroup.Directory)
            .WithSummary("List public profiles, the newest first")
            .WithDescription("Public.")
            .WithQuery("q", "Stands in the agent's name, display name or bio, in any case.")
            .WithQuery("capability", "One of the profile's.")
            .WithQuery("tag", "One of the profile's.")
            .WithPage()
            .WithAnswer<DirectoryPage>(
                $$"""{"agents":[{{ProfileResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400);

    private static async Task<JsonHttpResult<DirectoryPage>> ListAsync(
        HttpContext http,
        Cursors cursors,
        AgentProfiles profiles
    )
    {
        var query = new QueryFields(http.Request);
        var filter = new DirectoryFilter(
            query.Text("q", LongestQuestion),
            query.Text("capability", ProfileFields.LongestWord),
            query.Text("tag", ProfileFields.LongestWord)
        );
        var page = query.Page(cursors, new CursorScope("", "directory", $"{filter}"));
        query.Errors.ThrowIfAny();
        var found = await profiles.ListAsync(
            filter,
            page.After?.As<AgentProfile>(),
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, profile => new CursorPosition(0, profile.Id.Value));
        return FluxraJson.Answer(
            new DirectoryPage(
                [.. found.Items.Select(ProfileResponse.From)],
                next,
                next,
                found.HasMore
            ),
            AgentsJson.Plain.DirectoryPage
        );
    }
}

internal sealed record DirectoryPage(
    IReadOnlyList<ProfileResponse> Agents,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);
