using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Api.Shared;

/// <summary>Writes an enum's names as contracts do: <c>ChainProvider</c> as <c>chain_provider</c>.</summary>
internal sealed class WireEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower)
    where T : struct, Enum;
