using Microsoft.AspNetCore.Http;
using Millrace.Core.Settings;

namespace Millrace.Api.TBackend.Profiles;

/// <summary>Which of the contract's generations an answer follows, where they exclude each other. (t-backend §1)</summary>
internal enum Profile
{
    Superset,
    V2,
    V3,
    V3Current,
}

/// <summary>How the T Backend surface suits clients of its several generations.</summary>
public sealed class CompatOptions : ISection
{
    private const string Known = "superset, v2, v3, v3-current";

    public static string Name => "Compat";

    /// <summary><c>superset</c>, <c>v2</c>, <c>v3</c> or <c>v3-current</c>.</summary>
    public string Profile { get; set; } = "superset";

    /// <summary>Profiles for single host names, without port; other hosts get <see cref="Profile"/>.</summary>
    public IDictionary<string, string> HostMap { get; set; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a chat's answer also stands under <c>response</c>, the only name that one client reads.</summary>
    public bool ChatResponseAlias { get; set; } = true;

    /// <summary>Whether a stream of raw text ends with <c>[DONE]</c>.</summary>
    public bool SseTextDone { get; set; } = true;

    public IEnumerable<string> Validate()
    {
        if (Parse(Profile) is null)
            yield return $"Millrace:Compat:Profile is '{Profile}'; use one of {Known}.";
        foreach (var (host, profile) in HostMap.Where(entry => Parse(entry.Value) is null))
            yield return $"Millrace:Compat:HostMap:{host} is '{profile}'; use one of {Known}.";
    }

    /// <summary>The profile's name for this request.</summary>
    internal string NameFor(HttpRequest request) =>
        HostMap.Count > 0 && HostMap.TryGetValue(request.Host.Host, out var mapped)
            ? mapped
            : Profile;

    internal Profile For(HttpRequest request) => Parse(NameFor(request))!.Value;

    private static Profile? Parse(string name) =>
        name switch
        {
            "superset" => Profiles.Profile.Superset,
            "v2" => Profiles.Profile.V2,
            "v3" => Profiles.Profile.V3,
            "v3-current" => Profiles.Profile.V3Current,
            _ => null,
        };
}
