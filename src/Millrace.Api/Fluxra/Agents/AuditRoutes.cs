using System.Text.Json.Nodes;
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
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Agents;

/// <summary>What happened to an agent's account. (fluxra §9.5)</summary>
internal static class AuditRoutes
{
    private const int LongestAction = 100;

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        foreach (var name in (string[])["audit-logs", "audit", "audit-log", "audit_logs"])
        {
            var route = routes
                .MapRead($"/agents/{{agent_id}}/{name}", ListAsync)
                .WithAccess(
                    Credential.Token | Credential.RecoveryKey,
                    RateGroup.Reads,
                    isSelf: true
                )
                .WithSummary("List what happened to the account, the newest first")
                .WithDescription(
                    "Bearer, or Basic with the recovery key. Changes of webhooks stand there as `webhook.created`, `.updated`, `.secret_rotated` and `.deleted`."
                )
                .WithPage()
                .WithQuery("action", "Only this action, such as `key.created`.")
                .WithQuery("since", "A time; only what came then or later.")
                .WithQuery("until", "A time; only what came then or earlier.")
                .WithAnswer<AuditList>(
                    """
                    {"audit_logs":[{"audit_id":"aud_2f0c7c1e-6a52-4b6f-9c55-0b8f6d4f3a10","action":"key.created","actor":"recovery_key",
                     "key_id":"aky_0d9c3f6b7a18425e93c4d5e6f7081920","ip":"203.0.113.7","user_agent":"curl/8.5.0",
                     "details":{"name":"cli"},"created_at":"2026-05-01T09:30:00Z"}],"next_cursor":null,"cursor":null,"has_more":false}
                    """
                )
                .WithFailures(400, 401, 403);
            if (name != "audit-logs")
                route.ExcludeFromDescription();
        }
    }

    private static async Task<JsonHttpResult<AuditList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        AgentAuditLog audit
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var filter = new AuditFilter(
            query.Text("action", LongestAction),
            query.Time("since"),
            query.Time("until")
        );
        var page = query.Page(cursors, new CursorScope(caller.AgentId, "audit", $"{filter}"));
        query.Errors.ThrowIfAny();
        var found = await audit.ListAsync(
            caller.Account,
            filter,
            page.After?.As<AgentAudit>(),
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, entry => new CursorPosition(0, entry.Id.Value));
        return FluxraJson.Answer(
            new AuditList([.. found.Items.Select(AuditEntry.From)], next, next, found.HasMore),
            AgentsJson.Plain.AuditList
        );
    }
}

internal sealed record AuditList(
    IReadOnlyList<AuditEntry> AuditLogs,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

internal sealed record AuditEntry(
    string AuditId,
    string Action,
    AuditActor Actor,
    string? KeyId,
    string? Ip,
    string? UserAgent,
    JsonNode? Details,
    DateTimeOffset CreatedAt
)
{
    public static AuditEntry From(AgentAudit entry) =>
        new(
            WireIds.Uuid("aud_", entry.Id),
            entry.Action,
            entry.Actor,
            entry.KeyId?.Text(),
            entry.Address,
            entry.UserAgent,
            JsonNode.Parse(entry.Details),
            entry.CreatedAt
        );
}
