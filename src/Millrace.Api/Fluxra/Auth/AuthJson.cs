using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Wire;

namespace Millrace.Api.Fluxra.Auth;

[JsonSerializable(typeof(RegisterResponse))]
[JsonSerializable(typeof(VerifiedResponse))]
[JsonSerializable(typeof(ResendResponse))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(RevokeResponse))]
[JsonSerializable(typeof(MeResponse))]
[JsonSerializable(typeof(RotatedResponse))]
[JsonSerializable(typeof(AcceptedResponse))]
[JsonSerializable(typeof(RecoveredResponse))]
internal sealed partial class AuthJson : JsonSerializerContext
{
    public static AuthJson Plain { get; } = new(FluxraJson.Options());
}
