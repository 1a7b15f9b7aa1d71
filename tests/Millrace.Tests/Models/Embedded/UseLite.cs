using Millrace.Models.Embedded;

namespace Millrace.Tests.Models.Embedded;

/// <summary>
/// One embedder for all tests, so that its weights are read once. Without the weights a developer's run skips what
/// needs them; a run of CI fails.
/// </summary>
internal static class UseLite
{
    private static readonly UseLiteEmbedder Shared = new(EmbeddedModelFiles.Beside);

    public static UseLiteEmbedder Embedder()
    {
        Assert.SkipUnless(
            EmbeddedModelFiles.Beside.HasUseLite
                || Environment.GetEnvironmentVariable("CI") is "true",
            "The weights are missing: run 'npm ci --ignore-scripts' in assets/ and build again."
        );
        return Shared;
    }
}
