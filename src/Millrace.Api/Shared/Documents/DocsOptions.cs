using Millrace.Core.Settings;

namespace Millrace.Api.Shared.Documents;

/// <summary>What the documentation shows.</summary>
public sealed class DocsOptions : ISection
{
    public static string Name => "Docs";

    /// <summary>The T Backend document's title.</summary>
    public string Title { get; set; } = "T Backend";

    /// <summary>The T Backend document's version, which is its contract's.</summary>
    public string Version { get; set; } = "2.0.1";

    /// <summary><c>all</c> routes, or those of the original's <c>public</c> page.</summary>
    public string Scope { get; set; } = "all";

    internal bool IsPublic => Scope == "public";

    public IEnumerable<string> Validate()
    {
        if (Scope is not ("all" or "public"))
            yield return $"Millrace:Docs:Scope is '{Scope}'; use all or public.";
    }
}
