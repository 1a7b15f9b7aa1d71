using Millrace.Knowledge.Documents;
using static Millrace.Tests.Knowledge.Documents.OfficeFiles;

namespace Millrace.Tests.Knowledge.Documents;

public sealed class OfficeDocumentTests : IDisposable
{
    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task A_word_document_keeps_its_headings_lists_and_tables()
    {
        var file = Word(
            Paragraph("Handbook", "Heading1"),
            Paragraph("Read this first."),
            Paragraph("Refunds", "Heading2"),
            Item("Ask within 30 days"),
            Table(["Plan", "Days"], ["Basic", "14"]),
            Paragraph("Appendix", "Chapter"),
            Paragraph("The end.")
        );

        var blocks = await _lab.ReadAsync(file, "handbook.txt");

        blocks
            .Select(block => (block.Kind, block.Text))
            .ShouldBe([
                (BlockKind.Heading, "Handbook"),
                (BlockKind.Paragraph, "Read this first."),
                (BlockKind.Heading, "Refunds"),
                (BlockKind.ListItem, "- Ask within 30 days"),
                (BlockKind.TableHeader, "Plan | Days"),
                (BlockKind.TableRow, "Basic | 14"),
                (BlockKind.Heading, "Appendix"),
                (BlockKind.Paragraph, "The end."),
            ]);
        blocks[4].HeadingPath.ShouldBe(["Handbook", "Refunds"]);
        blocks[^1].HeadingPath.ShouldBe(["Appendix"]);
    }

    [Fact]
    public async Task A_sheet_is_a_table_under_its_name()
    {
        var file = Sheet(
            "Orders",
            ["customer", "paid", "total"],
            ["Ada", new DateTime(2024, 3, 12), 12.5],
            ["Bob", null, 7.0]
        );

        var blocks = await _lab.ReadAsync(file);

        blocks
            .Select(block => (block.Kind, block.Text))
            .ShouldBe([
                (BlockKind.Heading, "Orders"),
                (BlockKind.TableHeader, "customer | paid | total"),
                (BlockKind.TableRow, "Ada | 2024-03-12 | 12.5"),
                (BlockKind.TableRow, "Bob |  | 7"),
            ]);
    }

    [Fact]
    public async Task A_slide_is_a_page_with_its_title_and_notes()
    {
        var file = Slides(
            ("Plan", "We build a mill.", "Say it slowly."),
            ("Cost", "It costs ten.", "Smile.")
        );

        var blocks = await _lab.ReadAsync(file);

        blocks
            .Select(block => (block.Kind, block.Text, block.Page))
            .ShouldBe([
                (BlockKind.PageBreak, "", 1),
                (BlockKind.Heading, "Plan", 1),
                (BlockKind.Paragraph, "We build a mill.", 1),
                (BlockKind.Paragraph, "Say it slowly.", 1),
                (BlockKind.PageBreak, "", 2),
                (BlockKind.Heading, "Cost", 2),
                (BlockKind.Paragraph, "It costs ten.", 2),
                (BlockKind.Paragraph, "Smile.", 2),
            ]);
        blocks[^1].HeadingPath.ShouldBe(["Cost"]);
    }

    [Fact]
    public async Task A_book_is_read_chapter_by_chapter()
    {
        static byte[] Chapter(string title, string text) =>
            System.Text.Encoding.UTF8.GetBytes(
                $"<?xml version=\"1.0\"?><!DOCTYPE html><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>x</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
            );
        var book = DocumentLab.Zip(
            ("mimetype", "application/epub+zip"u8.ToArray()),
            (
                "META-INF/container.xml",
                "<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>"u8.ToArray()
            ),
            (
                "OPS/book.opf",
                """
                <package><manifest>
                <item id="b" href="two.xhtml" media-type="application/xhtml+xml"/>
                <item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/>
                </manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>
                """u8.ToArray()
            ),
            ("OPS/two.xhtml", Chapter("Two", "It ended.")),
            ("OPS/text/one.xhtml", Chapter("One", "It began."))
        );

        var blocks = await _lab.ReadAsync(book);

        blocks.Select(block => block.Text).ShouldBe(["One", "It began.", "Two", "It ended."]);
    }
}
