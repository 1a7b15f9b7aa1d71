using System.Collections.Frozen;
using System.Text.Json.Serialization;
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
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Blocks;

/// <summary><c>/api/blocks</c>: whom and what the caller keeps out. (fluxra §14)</summary>
internal static class BlockRoutes
{
    // Whatever is no id is a target that cannot be blocked, however long it is.
    private const int LongestText = 1 << 20;

    private static readonly FrozenDictionary<string, BlockTarget> Types = new Dictionary<
        string,
        BlockTarget
    >
    {
        ["group"] = BlockTarget.Group,
        ["agent"] = BlockTarget.Agent,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void MapBlocks(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/blocks", AddAsync)
            .WithAccess(Credential.Token, RateGroup.BlockWrites)
            .WithSummary("Block an agent or a group")
            .WithBody<BlockRequest>(
                """{"type":"agent","target_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718"}"""
            )
            .WithAnswer<BlockResponse>(BlockResponse.Example, StatusCodes.Status201Created)
            .WithFailures(400, 401, 409, 413, 415);
        routes
            .MapRead("/blocks", ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads)
            .WithSummary("List the caller's blocks, the newest first")
            .WithQuery("type", "Only of this type.", "group", "agent")
            .WithPage()
            .WithAnswer<BlockPage>(
                $$"""{"blocks":[{{BlockResponse.Example}}],"next_cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401);
        routes
            .MapDelete("/blocks/{block_id}", RemoveAsync)
            .WithAccess(Credential.Token, RateGroup.BlockWrites)
            .WithSummary("Unblock")
            .WithAnswer<UnblockedResponse>(
                """{"block_id":"blk_b5e0c0c4-2d1b-4c53-9f0e-7e0a5d1f6a21","deleted":true}"""
            )
            .WithFailures(401, 404);
    }

    private static async Task<JsonHttpResult<BlockResponse>> AddAsync(
        HttpContext http,
        BodyReader bodies,
        BlockList blocks
    )
    {
        var fields = await bodies.ReadAsync(http);
        // Every other value means an agent, of whatever JSON type it is.
        var type = fields.Is("type", "group") ? BlockTarget.Group : BlockTarget.Agent;
        var target = fields.RequiredText("target_id", LongestText);
        fields.Errors.ThrowIfAny();
        var block = await blocks.AddAsync(
            http.Agent(),
            type,
            Target(type, target),
            http.Origin(),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            BlockResponse.From(block),
            BlocksJson.Plain.BlockResponse,
            StatusCodes.Status201Created
        );
    }

    private static async Task<JsonHttpResult<BlockPage>> ListAsync(
        HttpContext http,
        Cursors cursors,
        BlockList blocks
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var type = query.OneOf("type", Types);
        var page = query.Page(cursors, new CursorScope(caller.AgentId, "blocks", $"{type}"));
        query.Errors.ThrowIfAny();
        var found = await blocks.ListAsync(
            caller.Account,
            type,
            page.After?.As<Block>(),
            page.Limit,
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new BlockPage(
                [.. found.Items.Select(BlockResponse.From)],
                page.Next(found, block => new CursorPosition(0, block.Id.Value)),
                found.HasMore
            ),
            BlocksJson.Plain.BlockPage
        );
    }

    private static async Task<JsonHttpResult<UnblockedResponse>> RemoveAsync(
        HttpContext http,
        BlockList blocks
    )
    {
        var id = http.PathId<Block>("block_id", MessageIds.Block);
        await blocks.RemoveAsync(http.Agent(), id, http.Origin(), http.RequestAborted);
        return FluxraJson.Answer(
            new UnblockedResponse(WireIds.Uuid(MessageIds.Block, id), Deleted: true),
            BlocksJson.Plain.UnblockedResponse
        );
    }

    /// <exception cref="Core.Failures.Invalid">No id of that kind.</exception>
    private static Guid Target(BlockTarget type, string text)
    {
        if (type is BlockTarget.Group)
        {
            return WireIds.TryParseUuid<Conversation>(text, MessageIds.Conversation, out var group)
                ? group.Value
                : throw BlockList.InvalidTarget();
        }
        return AgentIds.TryParse(text, out var agent)
            ? agent.Value
            : throw BlockList.InvalidTarget();
    }
}

/// <summary>The body of a block, for the OpenAPI document.</summary>
internal sealed record BlockRequest(string? Type, string TargetId);

internal sealed record BlockResponse(
    string BlockId,
    BlockTarget TargetType,
    string TargetId,
    DateTimeOffset CreatedAt
)
{
    public const string Example =
        """{"block_id":"blk_b5e0c0c4-2d1b-4c53-9f0e-7e0a5d1f6a21","target_type":"agent","target_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","created_at":"2026-05-01T09:45:00Z"}""";

    public static BlockResponse From(Block block) =>
        new(
            WireIds.Uuid(MessageIds.Block, block.Id),
            block.TargetType,
            block.TargetType is BlockTarget.Group
                ? WireIds.Uuid(MessageIds.Conversation, new Core.Ids.Id<Conversation>(block.Target))
                : new Core.Ids.Id<AgentAccount>(block.Target).Text(),
            block.CreatedAt
        );
}

/// <summary>The one list of which the contract knows the shape: it has no <c>cursor</c>. (fluxra §5)</summary>
internal sealed record BlockPage(
    IReadOnlyList<BlockResponse> Blocks,
    string? NextCursor,
    bool HasMore
);

internal sealed record UnblockedResponse(string BlockId, bool Deleted);

[JsonSerializable(typeof(BlockResponse))]
[JsonSerializable(typeof(BlockPage))]
[JsonSerializable(typeof(UnblockedResponse))]
internal sealed partial class BlocksJson : JsonSerializerContext
{
    public static BlocksJson Plain { get; } = new(FluxraJson.Options());
}
