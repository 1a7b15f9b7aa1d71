using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Millrace.Tests.Knowledge.Documents;

/// <summary>Writes small PDF files by hand: pages of lines in Helvetica, or of one grey picture.</summary>
internal sealed class PdfWriter
{
    private const int FirstPageObject = 4;

    private readonly List<byte[]> _objects = [];
    private readonly List<int> _pages = [];

    /// <summary>Lines from the top; a size above 12 makes a heading.</summary>
    public PdfWriter Page(params (string Text, int Size)[] lines)
    {
        var content = new StringBuilder("BT\n");
        var y = 780;
        foreach (var (text, size) in lines)
        {
            var escaped = text.Replace("\\", "\\\\").Replace("(", "\\(").Replace(")", "\\)");
            content.Append(
                CultureInfo.InvariantCulture,
                $"/F1 {size} Tf 1 0 0 1 60 {y} Tm ({escaped}) Tj\n"
            );
            y -= size * (text.Length == 0 ? 2 : 1) + (size > 12 ? 24 : 3);
        }
        return AddPage(Encoding.Latin1.GetBytes(content.Append("ET").ToString()), "");
    }

    /// <summary>A page that is one picture, as a scanner leaves it.</summary>
    public PdfWriter Scan(byte[] grey, int width, int height)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(grey);
        var image = Stream(
            $"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode",
            packed.ToArray()
        );
        var number = Add(image);
        return AddPage(
            "595 0 0 842 0 0 cm /Im1 Do"u8.ToArray(),
            $"/XObject << /Im1 {number} 0 R >>"
        );
    }

    public byte[] Write(string trailer = "", int? claimedPages = null)
    {
        var kids = string.Join(' ', _pages.Select(page => $"{page} 0 R"));
        List<byte[]> all =
        [
            "<< /Type /Catalog /Pages 2 0 R >>"u8.ToArray(),
            Ascii($"<< /Type /Pages /Kids [{kids}] /Count {claimedPages ?? _pages.Count} >>"),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"u8.ToArray(),
            .. _objects,
        ];
        var file = new MemoryStream();
        file.Write("%PDF-1.4\n"u8);
        var places = new List<long>();
        for (var i = 0; i < all.Count; i++)
        {
            places.Add(file.Length);
            file.Write(Ascii($"{i + 1} 0 obj\n"));
            file.Write(all[i]);
            file.Write("\nendobj\n"u8);
        }
        var table = file.Length;
        file.Write(Ascii($"xref\n0 {all.Count + 1}\n0000000000 65535 f \n"));
        foreach (var place in places)
            file.Write(Ascii($"{place:D10} 00000 n \n"));
        file.Write(
            Ascii(
                $"trailer\n<< /Size {all.Count + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n"
            )
        );
        return file.ToArray();
    }

    private PdfWriter AddPage(byte[] content, string resources)
    {
        var stream = Add(Stream("", content));
        _pages.Add(
            Add(
                Ascii(
                    $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {stream} 0 R /Resources << /Font << /F1 3 0 R >> {resources} >> >>"
                )
            )
        );
        return this;
    }

    private int Add(byte[] body)
    {
        _objects.Add(body);
        return FirstPageObject + _objects.Count - 1;
    }

    private static byte[] Stream(string entries, byte[] content) =>
        [
            .. Ascii($"<< {entries} /Length {content.Length} >>\nstream\n"),
            .. content,
            .. "\nendstream"u8,
        ];

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
