using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Wire;

namespace Millrace.Api.Fluxra.Conversations;

[JsonSerializable(typeof(ConversationResponse))]
[JsonSerializable(typeof(ConversationList))]
[JsonSerializable(typeof(MemberResponse))]
[JsonSerializable(typeof(MemberList))]
[JsonSerializable(typeof(AddedResponse))]
[JsonSerializable(typeof(RemovedResponse))]
[JsonSerializable(typeof(ReadResponse))]
[JsonSerializable(typeof(InvitationResponse))]
[JsonSerializable(typeof(InvitationList))]
[JsonSerializable(typeof(InvitedResponse))]
internal sealed partial class ConversationsJson : JsonSerializerContext
{
    public static ConversationsJson Plain { get; } = new(FluxraJson.Options());
}
