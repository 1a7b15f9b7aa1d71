using System.Runtime.InteropServices;
using System.Text.Json;
using Millrace.Core.Ids;

namespace Millrace.Messaging.Messages;

/// <summary>What the event of a message says: which one it is.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MessageEvent(Id<Message> Message, long Number)
{
    public static MessageEvent Read(string data)
    {
        using var json = JsonDocument.Parse(data);
        var root = json.RootElement;
        return new MessageEvent(
            new(Guid.Parse(root.GetProperty("message").GetString()!)),
            root.GetProperty("number").GetInt64()
        );
    }
}
