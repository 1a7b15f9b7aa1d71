using System.Text;
using Millrace.Knowledge.Documents;

namespace Millrace.Tests.Knowledge.Documents;

public sealed class RecognitionTests : IDisposable
{
    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData("Just some words.\nAnd more, of them, here.", "notes.txt", DocumentType.Text)]
    [InlineData("# Title\n\nWords.", null, DocumentType.Markdown)]
    [InlineData("Title\n=====\n\nWords.", "notes.txt", DocumentType.Markdown)]
    [InlineData("Words without marks.", "readme.md", DocumentType.Markdown)]
    [InlineData("#!/bin/sh\n# a comment\necho hi\n", "run.sh", DocumentType.Text)]
    [InlineData("# a comment\n# another\nimport os\n", "tool.py", DocumentType.Text)]
    [InlineData("<!DOCTYPE html><p>Hi</p>", "page.txt", DocumentType.Html)]
    [InlineData("\n  <div><p>Hi</p></div>", null, DocumentType.Html)]
    [InlineData("<?xml version=\"1.0\"?><a><b>1</b></a>", null, DocumentType.Xml)]
    [InlineData("<svg xmlns=\"x\"><text>1</text></svg>", null, DocumentType.Xml)]
    [InlineData("<ada> hello\n<bob> hi there", null, DocumentType.Text)]
    [InlineData("{\"a\": [1, 2]}", "data.md", DocumentType.Json)]
    [InlineData("{braces} in front of a text, but no JSON.", null, DocumentType.Text)]
    [InlineData("[1] See the notes of chapter one.", null, DocumentType.Text)]
    [InlineData("a,b,c\n1,2,3\n4,5,6\n", null, DocumentType.Csv)]
    [InlineData("a\tb\n1\t2\n4\t5\n", null, DocumentType.Tsv)]
    [InlineData("a,b\n", "one.csv", DocumentType.Csv)]
    [InlineData("Yes, I came.\nNo, I didn't.\nOh, well, fine.", null, DocumentType.Text)]
    [InlineData(
        "From: a@example.org\nTo: b@example.org\nSubject: Hi\n\nText",
        "x.txt",
        DocumentType.Mail
    )]
    [InlineData("{\\rtf1 Hi}", "x.doc", DocumentType.Rtf)]
    public async Task A_text_is_what_it_holds(string text, string? name, DocumentType type) =>
        (await _lab.RecognizeAsync(Encoding.UTF8.GetBytes(text), name)).ShouldBe(type);

    [Fact]
    public async Task A_pdf_with_the_name_of_a_text_is_a_pdf()
    {
        var pdf = new PdfWriter().Page(("Quarterly report of the mill", 12)).Write();

        (await _lab.RecognizeAsync(pdf, "report.txt")).ShouldBe(DocumentType.Pdf);
        (await _lab.RecognizeAsync([.. "junk\r\n"u8, .. pdf], "report.txt")).ShouldBe(
            DocumentType.Pdf
        );
        (await _lab.ReadAsync(pdf, "report.txt"))[^1].Text.ShouldBe("Quarterly report of the mill");
    }

    [Fact]
    public async Task An_archive_is_told_from_what_it_holds()
    {
        var zip = DocumentLab.Zip(("a.txt", "Hello"u8.ToArray()));
        var book = DocumentLab.Zip(
            ("mimetype", "application/epub+zip"u8.ToArray()),
            ("META-INF/container.xml", "<container/>"u8.ToArray())
        );

        (await _lab.RecognizeAsync(zip, "a.docx")).ShouldBe(DocumentType.Zip);
        (await _lab.RecognizeAsync(book)).ShouldBe(DocumentType.Epub);
    }
}
