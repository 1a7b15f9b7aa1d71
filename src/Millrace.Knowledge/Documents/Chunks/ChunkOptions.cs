using Millrace.Core.Settings;

namespace Millrace.Knowledge.Documents.Chunks;

/// <summary>How documents are cut into chunks. A change holds for documents that are read from then on.</summary>
public sealed class ChunkOptions : ISection
{
    public static string Name => "Knowledge:Chunks";

    /// <summary>The most words of a chunk; it ends earlier where a section, a page or a paragraph does.</summary>
    public int Words { get; init; } = 220;

    /// <summary>The most words of whole sentences that a chunk repeats of the one before.</summary>
    public int OverlapWords { get; init; } = 40;

    public IEnumerable<string> Validate()
    {
        if (Words is < 20 or > 5_000)
            yield return $"Millrace:{Name}:{nameof(Words)}: {Words} is outside 20 to 5000.";
        if (OverlapWords < 0 || OverlapWords > Words / 2)
            yield return $"Millrace:{Name}:{nameof(OverlapWords)}: {OverlapWords} is outside 0 to half of {nameof(Words)}.";
    }
}
