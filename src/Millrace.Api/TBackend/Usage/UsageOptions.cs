using Millrace.Core.Settings;

namespace Millrace.Api.TBackend.Usage;

/// <summary>What <c>/usage</c> shows.</summary>
public sealed class UsageOptions : ISection
{
    public static string Name => "Usage";

    /// <summary>Whether <c>by_endpoint</c> names every route that was used, not only the two that the contract names.</summary>
    public bool AllEndpoints { get; set; }

    public IEnumerable<string> Validate() => [];
}
