using Millrace.Core.Settings;

namespace Millrace.Knowledge.Documents;

/// <summary>The limits within which a document is read (t-backend §12.4). Beyond one it fails with the reason.</summary>
public sealed class DocumentOptions : ISection
{
    public static string Name => "Knowledge:Documents";

    /// <summary>Of the file as it came.</summary>
    public long MaxBytes { get; init; } = 26_214_400;

    /// <summary>Pages of a PDF or a TIFF, slides of a presentation.</summary>
    public int MaxPages { get; init; } = 2_000;

    /// <summary>Pages without text whose picture is read: each takes a second or two.</summary>
    public int MaxOcrPages { get; init; } = 200;

    /// <summary>Characters (UTF-16 code units) of text, all parts together.</summary>
    public int MaxCharacters { get; init; } = 5_000_000;

    /// <summary>How many times its size a packed file may take when it is unpacked. Small files may always take 16 MiB.</summary>
    public int MaxExpansion { get; init; } = 200;

    /// <summary>Files in an archive, attachments of a mail: all levels together.</summary>
    public int MaxParts { get; init; } = 1_000;

    /// <summary>Archives in archives, mails in mails.</summary>
    public int MaxNestedFiles { get; init; } = 3;

    /// <summary>Elements in elements, brackets in brackets.</summary>
    public int MaxNesting { get; init; } = 256;

    /// <summary>Elements of an HTML page.</summary>
    public int MaxElements { get; init; } = 250_000;

    /// <summary>For the whole document.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    public IEnumerable<string> Validate()
    {
        (string Name, long Value, long Least, long Most)[] bounds =
        [
            (nameof(MaxBytes), MaxBytes, 1, 1L << 30),
            (nameof(MaxPages), MaxPages, 1, 100_000),
            (nameof(MaxOcrPages), MaxOcrPages, 0, 100_000),
            (nameof(MaxCharacters), MaxCharacters, 1, 500_000_000),
            (nameof(MaxExpansion), MaxExpansion, 1, 10_000),
            (nameof(MaxParts), MaxParts, 1, 100_000),
            (nameof(MaxNestedFiles), MaxNestedFiles, 0, 16),
            (nameof(MaxNesting), MaxNesting, 16, 1_000),
            (nameof(MaxElements), MaxElements, 1_000, 10_000_000),
        ];
        foreach (var (name, value, least, most) in bounds)
        {
            if (value < least || value > most)
                yield return $"Millrace:{Name}:{name}: {value} is outside {least} to {most}.";
        }
        if (TimeLimit < TimeSpan.FromSeconds(1) || TimeLimit > TimeSpan.FromHours(6))
            yield return $"Millrace:{Name}:{nameof(TimeLimit)}: {TimeLimit} is outside 00:00:01 to 06:00:00.";
    }
}
