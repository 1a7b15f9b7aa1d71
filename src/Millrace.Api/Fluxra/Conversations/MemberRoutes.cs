using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Conversations;

/// <summary>Who is in a conversation. (fluxra §13.5 to 13.8)</summary>
internal static class MemberRoutes
{
    private const string Root = "/conversations/{conversation_id}/members";
    private const string One = "/conversations/{conversation_id}/members/{member_id}";

    public static void MapMembers(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead(Root, ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.ConversationsRead)
            .WithSummary("List the members, those first who joined first")
            .WithPage()
            .WithAnswer<MemberList>(
                $$"""{"members":[{{MemberResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403, 404);
        routes
            .MapPost(Root, AddAsync)
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.ConversationsWrite)
            .WithSummary("Add members to a group")
            .WithDescription("All of them or none.")
            .WithBody<AddRequest>("""{"agent_ids":["agt_6f1c0a9be2d34785a1b2c3d4e5f60718"]}""")
            .WithAnswer<AddedResponse>(
                $$"""{"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","added":[{{MemberResponse.Example}}],"already_members":[],"member_count":2}"""
            )
            .WithFailures(400, 401, 403, 404, 409, 413, 415);
        routes
            .MapDelete(One, RemoveAsync)
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.ConversationsWrite)
            .WithSummary("Remove a member, or leave")
            .WithAnswer<RemovedResponse>(
                """{"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","removed":true,"member_count":1}"""
            )
            .WithFailures(401, 403, 404);
        routes
            .MapPatch(One, SetRoleAsync)
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.ConversationsWrite)
            .WithSummary("Give a member a role")
            .WithBody<RoleRequest>("""{"role":"admin"}""")
            .WithAnswer<MemberResponse>(MemberResponse.Example)
            .WithFailures(400, 401, 403, 404, 409, 413, 415);
    }

    private static async Task<JsonHttpResult<MemberList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        Members members
    )
    {
        var caller = http.Agent();
        var conversation = http.ConversationId();
        var query = new QueryFields(http.Request);
        var page = query.Page(
            cursors,
            new CursorScope(caller.AgentId, "members", $"{conversation}")
        );
        query.Errors.ThrowIfAny();
        var found = await members.ListAsync(
            caller.Account,
            conversation,
            page.After is { } last
                ? (DateTimeOffset.FromUnixTimeMilliseconds(last.Number), last.As<AgentAccount>())
                : null,
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(
            found,
            member => new CursorPosition(
                member.JoinedAt.ToUnixTimeMilliseconds(),
                member.Agent.Value
            )
        );
        return FluxraJson.Answer(
            new MemberList([.. found.Items.Select(MemberResponse.From)], next, next, found.HasMore),
            ConversationsJson.Plain.MemberList
        );
    }

    private static async Task<JsonHttpResult<AddedResponse>> AddAsync(
        HttpContext http,
        BodyReader bodies,
        Members members
    )
    {
        var (agents, role) = ConversationFields.ReadAdded(await bodies.ReadAsync(http));
        var conversation = http.ConversationId();
        var added = await members.AddAsync(
            http.Agent().Account,
            conversation,
            agents,
            role,
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new AddedResponse(
                WireIds.Uuid(MessageIds.Conversation, conversation),
                [.. added.Members.Select(MemberResponse.From)],
                [.. added.AlreadyMembers.Select(AgentIds.Text)],
                added.MemberCount
            ),
            ConversationsJson.Plain.AddedResponse
        );
    }

    private static async Task<JsonHttpResult<RemovedResponse>> RemoveAsync(
        HttpContext http,
        Members members
    )
    {
        var (conversation, agent) = (http.ConversationId(), MemberId(http));
        var left = await members.RemoveAsync(
            http.Agent().Account,
            conversation,
            agent,
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new RemovedResponse(
                WireIds.Uuid(MessageIds.Conversation, conversation),
                agent.Text(),
                Removed: true,
                left
            ),
            ConversationsJson.Plain.RemovedResponse
        );
    }

    private static async Task<JsonHttpResult<MemberResponse>> SetRoleAsync(
        HttpContext http,
        BodyReader bodies,
        Members members
    )
    {
        var role = ConversationFields.ReadRole(await bodies.ReadAsync(http));
        var member = await members.SetRoleAsync(
            http.Agent().Account,
            http.ConversationId(),
            MemberId(http),
            role,
            http.RequestAborted
        );
        return FluxraJson.Answer(
            MemberResponse.From(member),
            ConversationsJson.Plain.MemberResponse
        );
    }

    private static Id<AgentAccount> MemberId(HttpContext http) =>
        AgentIds.TryParse(http.Request.RouteValues["member_id"] as string, out var id)
            ? id
            : throw new InvalidOperationException("The route names no member.");
}
