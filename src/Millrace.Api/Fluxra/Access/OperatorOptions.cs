using Millrace.Core.Settings;

namespace Millrace.Api.Fluxra.Access;

/// <summary>By what the operator of the installation is known to this surface. (fluxra §15.10, §16.4)</summary>
public sealed class OperatorOptions : ISection
{
    public const string SecretPrefix = "secret:";

    private const int ShortestKey = 20;

    public static string Name => "Fluxra:Operator";

    /// <summary>The key, or <c>secret:NAME</c> for one that the operator keeps; empty lets no operator in.</summary>
    public string Key { get; init; } = "";

    /// <summary>The operator's secret that the key is, if it is one.</summary>
    public string? KeySecret =>
        Key.StartsWith(SecretPrefix, StringComparison.Ordinal) ? Key[SecretPrefix.Length..] : null;

    public IEnumerable<string> Validate()
    {
        if (Key.Length > 0 && KeySecret is null && Key.Length < ShortestKey)
            yield return $"Millrace:{Name}:Key is too short; use at least {ShortestKey} characters that nobody can guess, or secret:NAME.";
    }
}
