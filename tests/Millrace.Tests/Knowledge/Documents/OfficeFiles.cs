using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using A = DocumentFormat.OpenXml.Drawing;
using P = DocumentFormat.OpenXml.Presentation;
using S = DocumentFormat.OpenXml.Spreadsheet;
using W = DocumentFormat.OpenXml.Wordprocessing;

namespace Millrace.Tests.Knowledge.Documents;

/// <summary>Office files as Microsoft's own library writes them.</summary>
internal static class OfficeFiles
{
    public static byte[] Word(params OpenXmlElement[] body)
    {
        var file = new MemoryStream();
        using (var word = WordprocessingDocument.Create(file, WordprocessingDocumentType.Document))
        {
            var main = word.AddMainDocumentPart();
            main.Document = new W.Document(new W.Body(body));
            main.AddNewPart<StyleDefinitionsPart>().Styles = new W.Styles(
                Style("Heading1", "heading 1", null),
                Style("Heading2", "heading 2", null),
                Style("Chapter", "My chapter", "Heading1")
            );
        }
        return file.ToArray();
    }

    public static W.Paragraph Paragraph(string text, string? style = null)
    {
        var properties = style is null
            ? new W.ParagraphProperties()
            : new W.ParagraphProperties(new W.ParagraphStyleId { Val = style });
        return new W.Paragraph(properties, new W.Run(new W.Text(text)));
    }

    public static W.Paragraph Item(string text) =>
        new(
            new W.ParagraphProperties(new W.NumberingProperties(new W.NumberingId { Val = 1 })),
            new W.Run(new W.Text(text))
        );

    public static W.Table Table(params string[][] rows) =>
        new(
            rows.Select(row => new W.TableRow(row.Select(cell => new W.TableCell(Paragraph(cell)))))
        );

    /// <summary>One sheet of texts, numbers, and dates as days since 1900.</summary>
    public static byte[] Sheet(string name, params object?[][] rows)
    {
        var file = new MemoryStream();
        using (var workbook = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook))
        {
            var main = workbook.AddWorkbookPart();
            var part = main.AddNewPart<WorksheetPart>();
            var texts = main.AddNewPart<SharedStringTablePart>();
            texts.SharedStringTable = new S.SharedStringTable();
            main.AddNewPart<WorkbookStylesPart>().Stylesheet = new S.Stylesheet(
                new S.CellFormats(
                    new S.CellFormat { NumberFormatId = 0 },
                    new S.CellFormat { NumberFormatId = 14 }
                )
            );
            part.Worksheet = new S.Worksheet(
                new S.SheetData(
                    rows.Select(
                        (row, y) =>
                            new S.Row(
                                row.Select((value, x) => Cell(value, x, y, texts.SharedStringTable))
                            )
                    )
                )
            );
            main.Workbook = new S.Workbook(
                new S.Sheets(
                    new S.Sheet
                    {
                        Name = name,
                        SheetId = 1,
                        Id = main.GetIdOfPart(part),
                    }
                )
            );
        }
        return file.ToArray();
    }

    public static byte[] Slides(params (string Title, string Body, string Notes)[] slides)
    {
        var file = new MemoryStream();
        using (var deck = PresentationDocument.Create(file, PresentationDocumentType.Presentation))
        {
            var main = deck.AddPresentationPart();
            var list = new P.SlideIdList();
            foreach (var (title, body, notes) in slides)
            {
                var part = main.AddNewPart<SlidePart>();
                part.Slide = new P.Slide(
                    Tree(Shape(title, P.PlaceholderValues.Title), Shape(body, null))
                );
                part.AddNewPart<NotesSlidePart>().NotesSlide = new P.NotesSlide(
                    Tree(Shape(notes, P.PlaceholderValues.Body))
                );
                list.AppendChild(
                    new P.SlideId
                    {
                        Id = 256 + (uint)list.ChildElements.Count,
                        RelationshipId = main.GetIdOfPart(part),
                    }
                );
            }
            main.Presentation = new P.Presentation(list);
        }
        return file.ToArray();
    }

    private static W.Style Style(string id, string name, string? basedOn)
    {
        var style = new W.Style(new W.StyleName { Val = name })
        {
            StyleId = id,
            Type = W.StyleValues.Paragraph,
        };
        if (basedOn is not null)
            style.AppendChild(new W.BasedOn { Val = basedOn });
        return style;
    }

    private static S.Cell Cell(object? value, int x, int y, S.SharedStringTable texts)
    {
        var cell = new S.Cell { CellReference = $"{(char)('A' + x)}{y + 1}" };
        switch (value)
        {
            case string text:
                texts.AppendChild(new S.SharedStringItem(new S.Text(text)));
                cell.DataType = S.CellValues.SharedString;
                cell.CellValue = new S.CellValue(texts.ChildElements.Count - 1);
                break;
            case DateTime day:
                cell.StyleIndex = 1;
                cell.CellValue = new S.CellValue(day.ToOADate());
                break;
            case double number:
                cell.CellValue = new S.CellValue(number);
                break;
        }
        return cell;
    }

    private static P.CommonSlideData Tree(params P.Shape[] shapes) => new(new P.ShapeTree(shapes));

    private static P.Shape Shape(string text, P.PlaceholderValues? placeholder)
    {
        var properties = new P.ApplicationNonVisualDrawingProperties();
        if (placeholder is { } type)
            properties.AppendChild(new P.PlaceholderShape { Type = type });
        return new P.Shape(
            new P.NonVisualShapeProperties(
                new P.NonVisualDrawingProperties { Id = 1, Name = "shape" },
                new P.NonVisualShapeDrawingProperties(),
                properties
            ),
            new P.TextBody(new A.BodyProperties(), new A.Paragraph(new A.Run(new A.Text(text))))
        );
    }
}
