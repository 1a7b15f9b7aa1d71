using System.Buffers.Binary;
using System.Text;
using Millrace.Knowledge.Documents;

namespace Millrace.Tests.Knowledge.Documents;

/// <summary>Archives and markup that were made to hurt.</summary>
public sealed class WorstStructuresTests : IDisposable
{
    private const string Laughs = """
        <?xml version="1.0"?>
        <!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
        <lolz>&c;</lolz>
        """;

    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task A_zip_bomb_is_not_unpacked()
    {
        var zeros = new byte[24 << 20];
        zeros.AsSpan().Fill((byte)' ');
        var bomb = DocumentLab.Zip(("a.txt", zeros), ("b.txt", zeros));

        (await _lab.FailAsync(bomb)).Fault.ShouldBe(DocumentFault.ExpandsTooMuch);
    }

    [Fact]
    public async Task Archives_in_archives_in_archives_are_not_followed_for_ever()
    {
        var nested = DocumentLab.Zip(("core.txt", "The core."u8.ToArray()));
        for (var depth = 0; depth < 2; depth++)
            nested = DocumentLab.Zip(($"level{depth}.zip", nested));

        (await _lab.ReadAsync(nested))[^1].Text.ShouldBe("The core.");

        nested = DocumentLab.Zip(("one more.zip", nested));
        (await _lab.FailAsync(nested)).Fault.ShouldBe(DocumentFault.TooDeep);
    }

    [Theory]
    [InlineData(1, 6 << 20)]
    [InlineData(6_000, 1_000)]
    public async Task Attributes_that_would_be_held_whole_are_not(int count, int length)
    {
        var element = new StringBuilder("<a");
        for (var at = 0; at < count; at++)
            element.Append($" a{at}=\"").Append('x', length).Append('"');
        var xml = Encoding.UTF8.GetBytes($"<r><v>1</v>{element}/></r>");

        (await _lab.FailAsync(xml)).Fault.ShouldBe(DocumentFault.TooMuchText);
    }

    [Fact]
    public async Task Long_attributes_and_texts_of_xml_are_read()
    {
        var (value, text) = (new string('x', 100_000), new string('y', 4_500_000));
        var xml = Encoding.UTF8.GetBytes($"<r><v a=\"{value}\"/><t>{text}</t></r>");

        var read = string.Concat((await _lab.ReadAsync(xml)).Select(block => block.Text));

        read.ShouldContain(value);
        read.Count(letter => letter == 'y').ShouldBe(text.Length);
    }

    [Fact]
    public async Task An_archive_of_countless_files_is_refused()
    {
        var many = DocumentLab.Zip([
            .. Enumerable.Range(0, 1_001).Select(i => ($"{i}.txt", "Hello."u8.ToArray())),
        ]);

        (await _lab.FailAsync(many)).Fault.ShouldBe(DocumentFault.TooManyParts);
    }

    [Fact]
    public async Task An_archive_that_is_encrypted_cut_or_lies_is_refused()
    {
        var whole = DocumentLab.Zip(("a.txt", Encoding.UTF8.GetBytes(new string('a', 5_000))));
        var locked = (byte[])whole.Clone();
        locked[6] |= 1;
        locked[Directory(locked) + 8] |= 1;
        var lying = (byte[])whole.Clone();
        BinaryPrimitives.WriteInt32LittleEndian(lying.AsSpan(Directory(lying) + 24), 3);

        (await _lab.FailAsync(locked)).Fault.ShouldBe(DocumentFault.Encrypted);
        (await _lab.FailAsync(whole[..(whole.Length - 30)])).Fault.ShouldBe(DocumentFault.Damaged);
        // It says that it holds three bytes: no more are taken from it.
        var read = await Record.ExceptionAsync(() => _lab.ReadAsync(lying));
        read.ShouldSatisfyAllConditions(failure =>
            (failure is null or UnreadableDocument { Fault: DocumentFault.Damaged }).ShouldBeTrue()
        );
    }

    [Fact]
    public async Task A_broken_file_does_not_hide_the_others_of_its_archive()
    {
        var archive = DocumentLab.Zip(
            ("broken.pdf", "%PDF-1.4 nothing"u8.ToArray()),
            ("__MACOSX/._x", [1, 2, 3]),
            ("folder/fine.md", "# Fine\n\nIt is."u8.ToArray())
        );

        var blocks = await _lab.ReadAsync(archive);

        blocks.ShouldContain(block => block.Text.StartsWith("(This file was not read."));
        blocks[^1].Text.ShouldBe("It is.");
        blocks[^1].HeadingPath.ShouldBe(["folder/fine.md", "Fine"]);
    }

    [Fact]
    public async Task Entities_that_grow_are_refused_alone_and_inside_office_files()
    {
        var word = DocumentLab.Zip(
            ("[Content_Types].xml", "<Types/>"u8.ToArray()),
            (
                "_rels/.rels",
                "<Relationships><Relationship Id=\"1\" Type=\"x/officeDocument\" Target=\"word/document.xml\"/></Relationships>"u8.ToArray()
            ),
            ("word/document.xml", Encoding.UTF8.GetBytes(Laughs))
        );

        (await _lab.FailAsync(Encoding.UTF8.GetBytes(Laughs))).Fault.ShouldBe(
            DocumentFault.Forbidden
        );
        (await _lab.FailAsync(word)).Fault.ShouldBe(DocumentFault.Forbidden);
    }

    [Fact]
    public async Task Office_files_that_cannot_be_read_say_why()
    {
        byte[] container = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, .. new byte[1024]];
        byte[] locked =
        [
            .. container,
            .. Encoding.Unicode.GetBytes("EncryptedPackage"),
            .. new byte[512],
        ];
        var whole = OfficeFiles.Word(OfficeFiles.Paragraph("Hello"));
        var empty = DocumentLab.Zip(
            ("[Content_Types].xml", "<Types/>"u8.ToArray()),
            ("word/document.xml", "<w:document"u8.ToArray())
        );

        (await _lab.FailAsync(container, "old.doc")).Fault.ShouldBe(DocumentFault.UnknownType);
        (await _lab.FailAsync(locked, "new.docx")).Fault.ShouldBe(DocumentFault.Encrypted);
        (await _lab.FailAsync(whole[..(whole.Length / 2)])).Fault.ShouldBe(DocumentFault.Damaged);
        (await _lab.FailAsync(empty)).Fault.ShouldBe(DocumentFault.Damaged);
    }

    [Fact]
    public async Task A_giant_sheet_ends_at_the_limit()
    {
        var giant = OfficeFiles.Sheet(
            "Giant",
            [
                .. Enumerable
                    .Range(0, 2_000)
                    .Select(i => new object?[] { "a cell of many words", (double)i }),
            ]
        );
        var far = OfficeFiles.Sheet("Far", ["x"]);

        var limited = new DocumentOptions { MaxCharacters = 10_000 };
        (await _lab.FailAsync(giant, options: limited)).Fault.ShouldBe(DocumentFault.TooMuchText);
        (await _lab.ReadAsync(far)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    [InlineData("<a>", "</a>")]
    [InlineData("<!doctype html><div>", "</div>")]
    [InlineData("{\\rtf1 {", "}")]
    public async Task Nesting_without_end_is_refused(string open, string close)
    {
        var first = open;
        var step = open.Contains(' ')
            ? open[(open.LastIndexOf(' ') + 1)..].Replace("html>", "")
            : open;
        var deep = Encoding.UTF8.GetBytes(
            first
                + string.Concat(Enumerable.Repeat(step, 100_000))
                + "1"
                + string.Concat(Enumerable.Repeat(close, 100_001))
        );

        (await _lab.FailAsync(deep)).Fault.ShouldBe(DocumentFault.TooDeep);
    }

    [Fact]
    public async Task Markdown_nested_without_end_is_read_as_text()
    {
        var deep = "# Deep\n\n" + new string('>', 20_000) + " x\n";
        var brackets = "# Wide\n\n" + new string('[', 200_000) + "\n";

        (await _lab.ReadAsync(deep))[0].Text.ShouldContain("Deep");
        (await _lab.ReadAsync(brackets))[0].Text.ShouldContain("Wide");
    }

    [Fact]
    public async Task A_page_that_makes_elements_out_of_nothing_is_refused()
    {
        var page = new StringBuilder("<!doctype html><p>");
        for (var i = 0; i < 500; i++)
            page.Append($"<b x={i}>");
        page.Append("</p>");
        for (var i = 0; i < 5_000; i++)
            page.Append("<p>x</p>");

        var failure = await _lab.FailAsync(Encoding.UTF8.GetBytes(page.ToString()));

        failure.Fault.ShouldBeOneOf(DocumentFault.TooManyParts, DocumentFault.TooDeep);
    }

    [Theory]
    [InlineData("<!doctype html>", "<p>x", 200_000)]
    [InlineData("<!doctype html><ol>", "<li>x", 100_000)]
    [InlineData("# Links\n\n", "[a](", 30_000)]
    [InlineData("# Stars\n\n", "*a ", 30_000)]
    public async Task Many_of_the_same_take_no_more_than_their_time(
        string head,
        string piece,
        int times
    )
    {
        var file = Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Repeat(piece, times)));

        var blocks = await _lab.ReadAsync(
            file,
            options: new DocumentOptions { TimeLimit = TimeSpan.FromSeconds(20) }
        );

        blocks.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_mail_of_countless_or_endlessly_nested_parts_is_refused()
    {
        const string Head = "From: a@example.org\nTo: b@example.org\nSubject: Hi\n";
        var many =
            Head
            + "Content-Type: multipart/mixed; boundary=b\n\n"
            + string.Concat(
                Enumerable.Repeat(
                    "--b\nContent-Disposition: attachment; filename=a.txt\n\nHello.\n",
                    1_100
                )
            );
        var deep =
            Head
            + string.Concat(
                Enumerable
                    .Range(0, 3_000)
                    .Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")
            );

        (await _lab.FailAsync(Encoding.UTF8.GetBytes(many))).Fault.ShouldBe(
            DocumentFault.TooManyParts
        );
        (await _lab.FailAsync(Encoding.UTF8.GetBytes(deep))).Fault.ShouldBe(DocumentFault.Damaged);
    }

    [Fact]
    public async Task Data_that_breaks_off_is_refused()
    {
        var json = "{\"a\":[1,2,3,4,5,6,7,8,9,{\"b\":"u8.ToArray();
        var quote = Encoding.UTF8.GetBytes("a,b\n1,2\n3,4\n\"" + new string('x', 1_100_000));
        var rich = "{\\rtf1 Hello"u8.ToArray();

        (await _lab.FailAsync(json)).Fault.ShouldBe(DocumentFault.Damaged);
        (await _lab.FailAsync(quote, "data.csv")).Fault.ShouldBe(DocumentFault.Damaged);
        (await _lab.FailAsync(rich)).Fault.ShouldBe(DocumentFault.Damaged);
    }

    private static int Directory(byte[] zip) => zip.AsSpan().IndexOf("PK\x01\x02"u8);
}
