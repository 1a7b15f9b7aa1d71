using Millrace.Core.Health;
using Millrace.Core.Sandboxing;

namespace Millrace.Knowledge.Documents;

/// <summary>A program that some documents need.</summary>
/// <param name="Name">A file in <c>/usr/bin</c>.</param>
/// <param name="Packages">The Debian packages that bring it.</param>
/// <param name="Without">What cannot be done without it, as the end of a sentence.</param>
public sealed record DocumentProgram(string Name, string Packages, string Without)
{
    /// <summary>All of them, for <c>doctor</c> and the health details.</summary>
    public static IReadOnlyList<DocumentProgram> All { get; } =
    [
        new("pdfinfo", "poppler-utils", "PDF files cannot be read"),
        new("pdftotext", "poppler-utils", "PDF files cannot be read"),
        new("pdftoppm", "poppler-utils", "scanned pages of PDF files cannot be read"),
        new(
            "tesseract",
            "tesseract-ocr tesseract-ocr-eng",
            "text in pictures and on scanned pages cannot be read"
        ),
        new("vips", "libvips-tools", "text in pictures and on scanned pages cannot be read"),
        new("python3", "python3", "e-mail files cannot be read"),
    ];

    public bool IsInstalled => File.Exists($"/usr/bin/{Name}");
}

/// <summary>Whether every type of document can be read: the programs are there, and can be run.</summary>
internal sealed class DocumentProbe(Sandbox sandbox) : IHealthProbe
{
    public string Component => "documents";

    public bool IsVital => false;

    public async Task<ComponentState> CheckAsync(CancellationToken cancellation)
    {
        var state = await sandbox.CheckAsync(cancellation);
        return state.IsUsable && DocumentProgram.All.All(program => program.IsInstalled)
            ? ComponentState.Ok
            : ComponentState.Degraded;
    }
}
