using Millrace.Core.Settings;

namespace Millrace.Api.Fluxra;

/// <summary>Whose pages may call this surface from a browser. (fluxra §1)</summary>
public sealed class FluxraCorsOptions : ISection
{
    public static string Name => "Fluxra:Cors";

    /// <summary>Origins such as <c>https://chat.example.com</c>; none by default.</summary>
    public IList<string> Origins { get; init; } = [];

    public IEnumerable<string> Validate()
    {
        foreach (var (index, origin) in Origins.Index())
            if (
                !Uri.TryCreate(origin, UriKind.Absolute, out var url)
                || url.GetLeftPart(UriPartial.Authority) != origin
            )
                yield return $"Millrace:{Name}:Origins:{index}: '{origin}' is not an origin. Give one such as https://chat.example.com, without a path.";
    }
}
