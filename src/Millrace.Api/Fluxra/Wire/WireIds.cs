using System.Diagnostics.CodeAnalysis;
using Millrace.Core.Ids;

namespace Millrace.Api.Fluxra.Wire;

/// <summary>Ids of the shape <c>msg_</c> and a lower-case UUID with hyphens. (fluxra §3)</summary>
internal static class WireIds
{
    private const int UuidLength = 36;

    public static string Uuid<T>(string prefix, Id<T> id) => $"{prefix}{id.Value:D}";

    public static bool TryParseUuid<T>(
        [NotNullWhen(true)] string? text,
        string prefix,
        out Id<T> id
    )
    {
        id = default;
        if (
            text is null
            || text.Length != prefix.Length + UuidLength
            || !text.StartsWith(prefix, StringComparison.Ordinal)
            || text.AsSpan(prefix.Length).ContainsAnyInRange('A', 'F')
            || !Guid.TryParseExact(text.AsSpan(prefix.Length), "D", out var value)
        )
            return false;
        id = new Id<T>(value);
        return true;
    }

    public static bool IsUuid(string text, string prefix) =>
        TryParseUuid<object>(text, prefix, out _);
}
