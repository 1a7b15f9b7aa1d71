using System.Text.RegularExpressions;

namespace Millrace.Core.Telemetry;

/// <summary>
/// The last net under the rule that secrets are not logged: what looks like a credential is struck out of a finished
/// line, wherever it came from, such as an exception's message that quotes a header.
/// </summary>
internal static partial class Redaction
{
    public const string Mark = "[redacted]";

    public static string Apply(string text) => Credential().Replace(text, $"${{name}}{Mark}");

    /// <summary>A named value as text; the name is looked at too, since it says what the value is.</summary>
    public static string? OfValue(string name, object? value) =>
        value is null ? null : Apply($"{name}={value}")[(name.Length + 1)..];

    // "Bearer x", "api-key: x", "password=x", "?token=x", and the prefixed keys of model providers.
    [GeneratedRegex(
        """(?<name>(?:\bBearer\s+|(?<![a-z])(?:x-)?(?:api[-_]?key|authorization|access[-_]?token|token|secret|password|passwd|cookie)["']?\s*[:=]\s*["']?(?:Bearer\s+|Basic\s+)?))[^\s"'&,;\[]{4,}|\bsk-[A-Za-z0-9_-]{8,}""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Credential();
}
