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
using Millrace.Messaging;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Conversations;

/// <summary>Invitations to groups: who is invited joins or declines.</summary>
internal static class InvitationRoutes
{
    private const string OfGroup = "/conversations/{conversation_id}/invitations";

    public static void MapInvitations(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(OfGroup, InviteAsync)
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.ConversationsWrite)
            .WithSummary("Invite agents to a group")
            .WithDescription("Whoever may add members may invite. All of them or none.")
            .WithBody<AddRequest>("""{"agent_ids":["agt_91b2c3d4e5f607186f1c0a9be2d34785"]}""")
            .WithAnswer<InvitedResponse>(
                $$"""{"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","invitations":[{{InvitationResponse.Example}}],"already_members":[]}"""
            )
            .WithFailures(400, 401, 403, 404, 413, 415);
        routes
            .MapRead(OfGroup, ListOfGroupAsync)
            .DescribeList("List who is invited to a group, the latest first");
        routes
            .MapDelete($"{OfGroup}/{{invitation_id}}", WithdrawAsync)
            .DescribeAnswer("Withdraw an invitation");
        routes
            .MapRead("/invitations", ListOwnAsync)
            .DescribeList("List the caller's invitations, the latest first");
        routes
            .MapPost("/invitations/{invitation_id}/accept", AcceptAsync)
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.ConversationsWrite)
            .WithSummary("Join the group")
            .WithAnswer<ConversationResponse>(ConversationResponse.Example)
            .WithFailures(401, 403, 404, 409);
        routes
            .MapPost("/invitations/{invitation_id}/decline", DeclineAsync)
            .DescribeAnswer("Decline an invitation");
    }

    private static RouteHandlerBuilder DescribeList(
        this RouteHandlerBuilder route,
        string summary
    ) =>
        route
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.ConversationsRead)
            .WithSummary(summary)
            .WithPage()
            .WithAnswer<InvitationList>(
                $$"""{"invitations":[{{InvitationResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403, 404);

    private static RouteHandlerBuilder DescribeAnswer(
        this RouteHandlerBuilder route,
        string summary
    ) =>
        route
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.ConversationsWrite)
            .WithSummary(summary)
            .WithAnswer<InvitationResponse>(InvitationResponse.Example)
            .WithFailures(401, 403, 404);

    private static async Task<JsonHttpResult<InvitedResponse>> InviteAsync(
        HttpContext http,
        BodyReader bodies,
        GroupInvitations invitations
    )
    {
        var (agents, role) = ConversationFields.ReadAdded(await bodies.ReadAsync(http));
        var conversation = http.ConversationId();
        var invited = await invitations.InviteAsync(
            http.Agent().Account,
            conversation,
            agents,
            role,
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new InvitedResponse(
                WireIds.Uuid(MessageIds.Conversation, conversation),
                [.. invited.Invitations.Select(InvitationResponse.From)],
                [.. invited.AlreadyMembers.Select(AgentIds.Text)]
            ),
            ConversationsJson.Plain.InvitedResponse
        );
    }

    private static Task<JsonHttpResult<InvitationList>> ListOfGroupAsync(
        HttpContext http,
        Cursors cursors,
        GroupInvitations invitations
    ) =>
        ListAsync(
            http,
            cursors,
            $"{http.ConversationId()}",
            (caller, before, limit) =>
                invitations.ListAsync(
                    caller,
                    http.ConversationId(),
                    before,
                    limit,
                    http.RequestAborted
                )
        );

    private static Task<JsonHttpResult<InvitationList>> ListOwnAsync(
        HttpContext http,
        Cursors cursors,
        GroupInvitations invitations
    ) =>
        ListAsync(
            http,
            cursors,
            "",
            (caller, before, limit) =>
                invitations.ListAsync(caller, before, limit, http.RequestAborted)
        );

    private static async Task<JsonHttpResult<InvitationList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        string of,
        Func<Id<AgentAccount>, Id<GroupInvitation>?, int, Task<Page<GroupInvitation>>> list
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var page = query.Page(cursors, new CursorScope(caller.AgentId, "invitations", of));
        query.Errors.ThrowIfAny();
        var found = await list(caller.Account, page.After?.As<GroupInvitation>(), page.Limit);
        var next = page.Next(found, invitation => new CursorPosition(0, invitation.Id.Value));
        return FluxraJson.Answer(
            new InvitationList(
                [.. found.Items.Select(InvitationResponse.From)],
                next,
                next,
                found.HasMore
            ),
            ConversationsJson.Plain.InvitationList
        );
    }

    private static async Task<JsonHttpResult<ConversationResponse>> AcceptAsync(
        HttpContext http,
        GroupInvitations invitations
    )
    {
        var view = await invitations.AcceptAsync(
            http.Agent().Account,
            InvitationId(http),
            http.RequestAborted
        );
        http.Shows(view.LastMessage);
        return ConversationRoutes.Show(view);
    }

    private static async Task<JsonHttpResult<InvitationResponse>> DeclineAsync(
        HttpContext http,
        GroupInvitations invitations
    ) =>
        Show(
            await invitations.DeclineAsync(
                http.Agent().Account,
                InvitationId(http),
                http.RequestAborted
            ),
            "declined"
        );

    private static async Task<JsonHttpResult<InvitationResponse>> WithdrawAsync(
        HttpContext http,
        GroupInvitations invitations
    ) =>
        Show(
            await invitations.WithdrawAsync(
                http.Agent().Account,
                http.ConversationId(),
                InvitationId(http),
                http.RequestAborted
            ),
            "withdrawn"
        );

    private static Id<GroupInvitation> InvitationId(HttpContext http) =>
        http.PathId<GroupInvitation>("invitation_id", MessageIds.Invitation);

    private static JsonHttpResult<InvitationResponse> Show(
        GroupInvitation invitation,
        string status
    ) =>
        FluxraJson.Answer(
            InvitationResponse.From(invitation, status),
            ConversationsJson.Plain.InvitationResponse
        );
}
