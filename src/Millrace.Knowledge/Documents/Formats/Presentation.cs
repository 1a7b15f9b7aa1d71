namespace Millrace.Knowledge.Documents.Formats;

/// <summary>PPTX: a page per slide, its title as a heading, its speaker's notes behind it.</summary>
internal static class Presentation
{
    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        using var content = new MemoryStream(await source.ReadAllAsync(reading.Cancellation));
        using var package = new OfficePackage(content, reading);
        var slides = Slides(package);
        reading.CountPages(slides.Count);
        for (var i = 0; i < slides.Count; i++)
        {
            yield return Piece.PageBreak(i + 1);
            foreach (var piece in Read(package, slides[i], Place))
                yield return piece;
            var notes = package
                .References(slides[i])
                .Find(reference => reference.Type == "notesSlide");
            if (notes is null || !package.Has(notes.Target))
                continue;
            foreach (var piece in Read(package, notes.Target, PlaceNote))
                yield return piece;
        }
    }

    /// <summary>In the order in which they are shown.</summary>
    private static List<string> Slides(OfficePackage package)
    {
        var main = package.Main;
        var targets = package
            .References(main)
            .DistinctBy(reference => reference.Id)
            .ToDictionary(reference => reference.Id, reference => reference.Target);
        var slides = new List<string>();
        using var xml = package.OpenXml(main);
        while (xml.Read())
        {
            if (xml.Name != "sldId" || !xml.Xml.IsStartElement())
                continue;
            var id = xml.Xml.GetAttribute("r:id") ?? "";
            if (targets.TryGetValue(id, out var slide) && package.Has(slide))
                slides.Add(slide);
        }
        return slides;
    }

    private static IEnumerable<Piece> Read(
        OfficePackage package,
        string part,
        Func<ParagraphMarks, string, Piece> place
    )
    {
        using var xml = package.OpenXml(part);
        foreach (var piece in new OfficeText(xml, place).Read())
            yield return piece;
    }

    private static Piece Place(ParagraphMarks marks, string text) =>
        marks.Placeholder switch
        {
            "title" or "ctrTitle" => Piece.Heading(text, 1),
            "sldNum" or "dt" or "ftr" => Piece.Paragraph(""),
            _ when marks.IsListItem && text.Length > 0 => new Piece(
                BlockKind.ListItem,
                $"- {text}"
            ),
            _ => Piece.Paragraph(text),
        };

    private static Piece PlaceNote(ParagraphMarks marks, string text) =>
        Piece.Paragraph(marks.Placeholder == "body" ? text : "");
}
