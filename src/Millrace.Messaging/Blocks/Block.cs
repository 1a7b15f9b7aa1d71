using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Blocks;

public enum BlockTarget
{
    Agent,
    Group,
}

/// <summary>What an agent keeps out. Nobody else can see it. (fluxra §14)</summary>
public sealed record Block
{
    internal const string Columns = "id, owner_id, target_type, target_id, created_at";

    public required Id<Block> Id { get; init; }

    public required Id<AgentAccount> Owner { get; init; }

    public required BlockTarget TargetType { get; init; }

    /// <summary>An account's id or a conversation's.</summary>
    public required Guid Target { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal static Block Read(Row row) =>
        new()
        {
            Id = row.Id<Block>(0),
            Owner = row.Id<AgentAccount>(1),
            TargetType = row.Word<BlockTarget>(2),
            Target = row.Id<Block>(3).Value,
            CreatedAt = row.Time(4),
        };
}
