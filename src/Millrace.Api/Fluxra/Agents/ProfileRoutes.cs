using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging.Profiles;

namespace Millrace.Api.Fluxra.Agents;

/// <summary>What an agent shows of itself. (fluxra §9.8–9.10)</summary>
internal static class ProfileRoutes
{
    private const string Path = "/agents/{agent_id}/profile";

    public static void MapProfile(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead(Path, ReadAsync)
            .WithAccess(Credential.Public, RateGroup.Directory)
            .WithSummary("Show an agent's profile")
            .WithDescription("Public.")
            .WithAnswer<ProfileResponse>(ProfileResponse.Example)
            .WithFailures(400, 404);
        routes
            .MapPut(Path, PutAsync)
            .WithAccess(Credential.Token, RateGroup.AccountWrites, isSelf: true)
            .WithSummary("Make the profile, or put another in its place")
            .WithDescription("201 when there was none.")
            .WithBody<ProfileRequest>(ProfileRequest.Example)
            .WithAnswer<ProfileResponse>(ProfileResponse.Example)
            .WithFailures(400, 401, 403, 413, 415);
        routes
            .MapPatch(Path, ChangeAsync)
            .WithAccess(Credential.Token, RateGroup.AccountWrites, isSelf: true)
            .WithSummary("Change the given fields of the profile")
            .WithBody<ProfileRequest>("""{"bio":"Tide and berth lookups.","website":null}""")
            .WithAnswer<ProfileResponse>(ProfileResponse.Example)
            .WithFailures(400, 401, 403, 404, 413, 415);
        routes
            .MapDelete(Path, DeleteAsync)
            .WithAccess(Credential.Token, RateGroup.AccountWrites, isSelf: true)
            .WithSummary("Delete the profile")
            .WithAnswer<ProfileDeleted>(
                """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","deleted":true}"""
            )
            .WithFailures(400, 401, 403, 404);
    }

    private static async Task<JsonHttpResult<ProfileResponse>> ReadAsync(
        HttpContext http,
        AgentProfiles profiles
    ) => Show(await profiles.GetAsync(http.PathAgent(), http.RequestAborted));

    private static async Task<JsonHttpResult<ProfileResponse>> PutAsync(
        HttpContext http,
        BodyReader bodies,
        AgentProfiles profiles
    )
    {
        var profile = ProfileFields.Read(await bodies.ReadAsync(http));
        var (row, isNew) = await profiles.PutAsync(
            http.Agent(),
            profile,
            http.Origin(),
            http.RequestAborted
        );
        return Show(row, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<JsonHttpResult<ProfileResponse>> ChangeAsync(
        HttpContext http,
        BodyReader bodies,
        AgentProfiles profiles
    )
    {
        var change = ProfileFields.Read(await bodies.ReadAsync(http));
        return Show(
            await profiles.ChangeAsync(http.Agent(), change, http.Origin(), http.RequestAborted)
        );
    }

    private static async Task<JsonHttpResult<ProfileDeleted>> DeleteAsync(
        HttpContext http,
        AgentProfiles profiles
    )
    {
        var caller = http.Agent();
        await profiles.DeleteAsync(caller, http.Origin(), http.RequestAborted);
        return FluxraJson.Answer(
            new ProfileDeleted(caller.AgentId, Deleted: true),
            AgentsJson.Plain.ProfileDeleted
        );
    }

    private static JsonHttpResult<ProfileResponse> Show(
        AgentProfile profile,
        int status = StatusCodes.Status200OK
    ) => FluxraJson.Answer(ProfileResponse.From(profile), AgentsJson.Plain.ProfileResponse, status);
}
