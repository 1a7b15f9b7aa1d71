using System.Text.Json;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>The limits that a schema sets to numbers and text.</summary>
internal static class ShapeLimits
{
    public static bool Fits(JsonElement shape, decimal value) =>
        (!shape.TryGetNumber("minimum", out var least) || value >= (decimal)least)
        && (!shape.TryGetNumber("maximum", out var most) || value <= (decimal)most)
        && (!shape.TryGetNumber("exclusiveMinimum", out var above) || value > (decimal)above)
        && (!shape.TryGetNumber("exclusiveMaximum", out var below) || value < (decimal)below);

    /// <summary>The text as far as it fits, or null when it does not.</summary>
    public static string? FitsText(JsonElement shape, string text)
    {
        if (shape.ValueKind != JsonValueKind.Object)
        {
            return text;
        }
        if (shape.TryGetInt("minLength", out var least) && text.Length < least)
        {
            return null;
        }
        if (shape.TryGetProperty("pattern", out var pattern))
        {
            return Matching(pattern.ToString(), text);
        }
        return shape.TryGetInt("maxLength", out var most) && text.Length > most
            ? text[..Math.Max(0, most)]
            : text;
    }

    // The caller wrote the pattern: it runs in linear time or not at all.
    private static string? Matching(string pattern, string text)
    {
        try
        {
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            var limit = TimeSpan.FromSeconds(1);
            var found = Regex.Match(text, pattern, options, limit);
            return found.Success ? text
                : Regex.Match(text, pattern.TrimStart('^').TrimEnd('$'), options, limit)
                    is { Success: true, Value: var part }
                && Regex.IsMatch(part, pattern, options, limit)
                    ? part
                : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            return text; // no pattern that can be looked at
        }
    }
}
