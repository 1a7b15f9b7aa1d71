using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Wire;

namespace Millrace.Api.Fluxra.Agents;

[JsonSerializable(typeof(NewKeyResponse))]
[JsonSerializable(typeof(ReplacedKeyResponse))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(RevokedKeyResponse))]
[JsonSerializable(typeof(AccountResponse))]
[JsonSerializable(typeof(DeletedResponse))]
[JsonSerializable(typeof(AuditList))]
[JsonSerializable(typeof(ProfileResponse))]
[JsonSerializable(typeof(ProfileDeleted))]
[JsonSerializable(typeof(DirectoryPage))]
internal sealed partial class AgentsJson : JsonSerializerContext
{
    public static AgentsJson Plain { get; } = new(FluxraJson.Options());
}
