using System.Buffers.Binary;
using Millrace.Api.Fluxra.Lists;
using Millrace.Core.Events;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Feed;

/// <summary>A place in the log as an agent's cursor, the same for polls, streams, sockets and replays.</summary>
internal sealed class FeedCursors(Cursors cursors)
{
    private const string List = "events";

    public string Write(AgentCaller caller, LogPosition position)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Id);
        return cursors.Write(
            new CursorScope(caller.AgentId, List),
            new CursorPosition(position.Txn, new Guid(bytes, bigEndian: true))
        );
    }

    /// <summary>False for a cursor that is damaged or another agent's.</summary>
    public bool TryRead(AgentCaller caller, string text, out LogPosition position)
    {
        position = default;
        if (
            !cursors.TryRead(new CursorScope(caller.AgentId, List), text, out var place)
            || place is not { } found
        )
            return false;
        Span<byte> bytes = stackalloc byte[16];
        found.Id.TryWriteBytes(bytes, bigEndian: true, out _);
        position = new LogPosition(found.Number, BinaryPrimitives.ReadInt64BigEndian(bytes));
        return true;
    }
}
