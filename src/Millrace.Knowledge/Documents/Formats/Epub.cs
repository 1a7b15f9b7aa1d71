using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>An EPUB book: its chapters in reading order, each a page of HTML.</summary>
internal static class Epub
{
    private const string Container = "META-INF/container.xml";

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        using var content = new MemoryStream(await source.ReadAllAsync(reading.Cancellation));
        using var package = new OfficePackage(content, reading);
        foreach (var chapter in Chapters(package))
        {
            reading.Check();
            using var text = new StreamReader(package.OpenWhole(chapter), Encoding.UTF8);
            foreach (
                var piece in HtmlPage.Read(await text.ReadToEndAsync(reading.Cancellation), reading)
            )
                yield return piece;
        }
    }

    private static List<string> Chapters(OfficePackage package)
    {
        var book = Book(package);
        var folder = OfficePackage.Folder(book);
        var files = new Dictionary<string, string>();
        var chapters = new List<string>();
        using var xml = package.OpenXml(book);
        while (xml.Read())
        {
            if (!xml.Xml.IsStartElement())
                continue;
            if (xml.Name == "item" && xml.Attribute("media-type") == "application/xhtml+xml")
                files[xml.Attribute("id") ?? ""] = OfficePackage.Resolve(
                    folder,
                    Uri.UnescapeDataString(xml.Attribute("href") ?? "")
                );
            else if (
                xml.Name == "itemref"
                && files.TryGetValue(xml.Attribute("idref") ?? "", out var file)
                && package.Has(file)
            )
                chapters.Add(file);
        }
        return chapters;
    }

    private static string Book(OfficePackage package)
    {
        using var xml = package.OpenXml(Container);
        while (xml.Read())
        {
            if (
                xml.Name == "rootfile"
                && xml.Attribute("full-path") is { } path
                && package.Has(path)
            )
                return path;
        }
        throw new UnreadableDocument(DocumentFault.Damaged, "The book has no table of its parts.");
    }
}
