using Microsoft.AspNetCore.Routing;

namespace Millrace.Api.Fluxra.Agents;

/// <summary><c>/api/agents</c>: keys, account, audit log and profile of one agent, and the directory of all. (fluxra §9)</summary>
internal static class AgentRoutes
{
    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        routes.MapKeys();
        routes.MapAccount();
        routes.MapAudit();
        routes.MapProfile();
        routes.MapDirectory();
    }
}
