using System.Text;
using Millrace.Knowledge.Documents;

namespace Millrace.Tests.Knowledge.Documents;

public sealed class TextDocumentTests : IDisposable
{
    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Paragraphs_of_plain_text_are_parted_by_empty_lines()
    {
        var blocks = await _lab.ReadAsync("First line\nstill first.\n\nSecond.\r\n\r\n\r\nThird.");

        blocks
            .Select(block => block.Text)
            .ShouldBe(["First line\nstill first.", "Second.", "Third."]);
        blocks.ShouldAllBe(block => block.Kind == BlockKind.Paragraph && block.Page == null);
    }

    [Fact]
    public async Task A_form_feed_begins_a_page()
    {
        var blocks = await _lab.ReadAsync("On page one.\fOn page two.");

        blocks[^1].Text.ShouldBe("On page two.");
        blocks[^1].Page.ShouldBe(2);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("windows-1252")]
    public async Task Text_is_read_in_the_encoding_it_has(string name)
    {
        const string Text = "Zürich’s café – ½ price, naïve façade: all of it readable.";
        var encoding =
            CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        byte[] file = [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)];

        (await _lab.ReadAsync(file)).Single().Text.ShouldBe(Text);
    }

    [Fact]
    public async Task Wide_text_without_a_mark_is_read()
    {
        var file = Encoding.Unicode.GetBytes("No mark in front, and yet it is read.");

        (await _lab.ReadAsync(file))
            .Single()
            .Text.ShouldBe("No mark in front, and yet it is read.");
    }

    [Fact]
    public async Task The_document_s_text_is_its_blocks_in_their_places()
    {
        var blocks = await _lab.ReadAsync(
            "# Title\n\nSome *text* here.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
            "x.md"
        );

        var text = string.Join('\n', blocks.Select(block => block.Text));
        foreach (var block in blocks)
            text[block.Start..block.End].ShouldBe(block.Text);
    }

    [Fact]
    public async Task Markdown_keeps_its_headings_lists_tables_and_code()
    {
        var blocks = await _lab.ReadAsync(
            """
            # Handbook

            Intro with a [link](https://example.org) and `code`.

            ## Refunds

            1. Ask
            2. Wait

            | Plan | Days |
            | --- | --- |
            | Basic | 14 |

            ```
            refund --all
            ```
            """
        );

        blocks
            .Select(block => (block.Kind, block.Text))
            .ShouldBe([
                (BlockKind.Heading, "Handbook"),
                (BlockKind.Paragraph, "Intro with a link and code."),
                (BlockKind.Heading, "Refunds"),
                (BlockKind.ListItem, "1. Ask"),
                (BlockKind.ListItem, "2. Wait"),
                (BlockKind.TableHeader, "Plan | Days"),
                (BlockKind.TableRow, "Basic | 14"),
                (BlockKind.Code, "refund --all"),
            ]);
        blocks[^1].HeadingPath.ShouldBe(["Handbook", "Refunds"]);
    }

    [Fact]
    public async Task A_long_table_of_markdown_has_one_header_and_all_its_rows()
    {
        var rows = Enumerable.Range(0, 1_000).Select(i => $"| Customer {i} | Town {i} |");
        var table = $"| name | town |\n| --- | --- |\n{string.Join('\n', rows)}\n";

        var blocks = await _lab.ReadAsync(table, "table.md");

        blocks.Count.ShouldBe(1_001);
        blocks[0].Kind.ShouldBe(BlockKind.TableHeader);
        blocks.Skip(1).ShouldAllBe(block => block.Kind == BlockKind.TableRow);
        blocks[^1].Text.ShouldBe("Customer 999 | Town 999");
    }

    [Fact]
    public async Task Of_a_page_its_main_content_is_read()
    {
        var blocks = await _lab.ReadAsync(
            $"""
            <!doctype html><html><head><title>Shop</title><script>track()</script></head><body>
            <nav><a href=/>Home</a> <a href=/a>About</a></nav>
            <div><a href=1>Cheap shoes</a> <a href=2>Cheap hats</a> <a href=3>Cheap coats</a></div>
            <h1>Returns</h1><p>You can send anything&nbsp;back.<br>Within 30 days. {string.Concat(
                Enumerable.Repeat("It is free of charge. ", 20)
            )}</p>
            <ul><li>Keep the box</li><li>Print the <b>label</b></li></ul>
            <table><tr><th>Country</th><th>Days</th></tr><tr><td>Chile</td><td>45</td></tr></table>
            <p style="display: none">Secret</p>
            <footer>All rights reserved</footer></body></html>
            """
        );

        var text = string.Join('\n', blocks.Select(block => block.Text));
        blocks[0]
            .ShouldSatisfyAllConditions(
                first => first.Kind.ShouldBe(BlockKind.Heading),
                first => first.Text.ShouldBe("Returns")
            );
        text.ShouldContain("back.\nWithin 30 days.");
        blocks
            .Where(block => block.Kind == BlockKind.ListItem)
            .Select(block => block.Text)
            .ShouldBe(["- Keep the box", "- Print the label"]);
        blocks.ShouldContain(block =>
            block.Kind == BlockKind.TableHeader && block.Text == "Country | Days"
        );
        foreach (var noise in (string[])["Home", "Cheap", "track", "Secret", "rights"])
            text.ShouldNotContain(noise);
    }

    [Fact]
    public async Task A_table_of_values_has_rows_under_its_header()
    {
        var blocks = await _lab.ReadAsync(
            "name;city;note\nAda;London;\"first; \"\"really\"\"\"\nLinus;Helsinki;\"two\nlines\"\n"
        );

        blocks
            .Select(block => (block.Kind, block.Text))
            .ShouldBe([
                (BlockKind.TableHeader, "name | city | note"),
                (BlockKind.TableRow, "Ada | London | first; \"really\""),
                (BlockKind.TableRow, "Linus | Helsinki | two lines"),
            ]);
    }

    [Fact]
    public async Task Json_becomes_a_paragraph_per_record()
    {
        var blocks = await _lab.ReadAsync(
            """{"shop":"Mill","orders":[{"customer":"Ada","total":12.5},{"customer":"Bob","tags":["new","eu"]}]}"""
        );

        blocks
            .Select(block => block.Text)
            .ShouldBe([
                "shop: Mill",
                "orders[0]\ncustomer: Ada\ntotal: 12.5",
                "orders[1]\ncustomer: Bob",
                "orders[1].tags\nvalues: new, eu",
            ]);
    }

    [Fact]
    public async Task Lines_of_json_are_read_one_by_one()
    {
        var blocks = await _lab.ReadAsync("{\"a\":1}\n{\"a\":2}\n");

        blocks.Select(block => block.Text).ShouldBe(["a: 1", "a: 2"]);
    }

    [Fact]
    public async Task Xml_becomes_a_paragraph_per_record()
    {
        var blocks = await _lab.ReadAsync(
            "<?xml version=\"1.0\"?><orders><order id=\"7\"><customer>Ada</customer><total>12.5</total></order></orders>"
        );

        blocks
            .Select(block => block.Text)
            .ShouldBe(["orders.order\nid: 7\ncustomer: Ada\ntotal: 12.5"]);
    }

    [Fact]
    public async Task Rich_text_is_read_without_its_trappings()
    {
        var blocks = await _lab.ReadAsync(
            @"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator Word;}\pard Caf\'e9 \u8364? 5\par Second {\b bold} line.\par}"
        );

        blocks.Select(block => block.Text).ShouldBe(["Café € 5", "Second bold line."]);
    }
}
