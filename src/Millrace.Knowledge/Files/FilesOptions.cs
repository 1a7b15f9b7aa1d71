using Millrace.Core.Settings;

namespace Millrace.Knowledge.Files;

/// <summary>What files are taken, and what becomes of one that is there already.</summary>
public sealed class FilesOptions : ISection
{
    public static string Name => "Files";

    /// <summary>25 MB as t-backend §7 counts them.</summary>
    public long MaxBytes { get; init; } = 26_214_400;

    /// <summary>Whether the same content again gives the file that is there, where request, store and key don't say. (t-backend §12.7)</summary>
    public bool Dedupe { get; init; }

    /// <summary>Where <c>ipfs://</c> addresses are fetched from, such as <c>https://ipfs.example.com</c>; empty refuses them.</summary>
    public string IpfsGateway { get; init; } = "";

    public IEnumerable<string> Validate()
    {
        if (MaxBytes is < 1 or > 1L << 30)
            yield return $"Millrace:{Name}:{nameof(MaxBytes)}: {MaxBytes} is outside 1 to {1L << 30}.";
        if (IpfsGateway.Length > 0 && !Uri.TryCreate(IpfsGateway, UriKind.Absolute, out _))
            yield return $"Millrace:{Name}:{nameof(IpfsGateway)} must be an absolute address, such as https://ipfs.example.com.";
    }
}
