using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Api.Fluxra.Wire;

/// <summary>Times as the contract writes them: whole seconds, UTC, <c>Z</c>. (fluxra §3)</summary>
internal sealed class WireTime : JsonConverter<DateTimeOffset>
{
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Digits of a fraction that a time holds.</summary>
    private const int FractionDigits = 7;

    /// <summary>Reads RFC 3339 with any offset and fraction; what of a fraction is finer than 100 ns is cut off.</summary>
    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            Cut(text),
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time
        );

    private static string Cut(string text)
    {
        var begin = text.IndexOf('.', StringComparison.Ordinal) + 1;
        if (begin == 0)
            return text;
        var end = begin;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - begin <= FractionDigits
            ? text
            : text.Remove(begin + FractionDigits, end - begin - FractionDigits);
    }

    public override DateTimeOffset Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => throw new NotSupportedException("Requests are read by hand.");

    public override void Write(
        Utf8JsonWriter writer,
        DateTimeOffset value,
        JsonSerializerOptions options
    )
    {
        Span<byte> text = stackalloc byte[20];
        // "s" is as wide as it is for four-digit years, which all of these have.
        value.UtcDateTime.TryFormat(text, out var length, "s", CultureInfo.InvariantCulture);
        text[length] = (byte)'Z';
        writer.WriteStringValue(text[..(length + 1)]);
    }
}
