using System.Text;
using Millrace.Knowledge.Documents;
using Millrace.Knowledge.Documents.Chunks;

namespace Millrace.Tests.Knowledge.Documents;

public sealed class ChunkerTests : IDisposable
{
    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Every_chunk_is_the_text_between_its_places_and_none_is_lost()
    {
        var (text, chunks) = await ChunkAsync(Prose(60, seed: 1), "prose.txt");

        chunks.Count.ShouldBeGreaterThan(10);
        foreach (var chunk in chunks)
        {
            text[chunk.Start..chunk.End].ShouldBe(chunk.Text);
            WordsOf(chunk.Text).ShouldBeInRange(1, 220);
        }
        chunks[0].Start.ShouldBe(0);
        for (var i = 1; i < chunks.Count; i++)
            text[Math.Min(chunks[i - 1].End, chunks[i].Start)..chunks[i].Start].Trim().ShouldBe("");
        chunks[^1].End.ShouldBe(text.TrimEnd().Length);
        chunks.Select(chunk => chunk.Index).ShouldBe(Enumerable.Range(0, chunks.Count));
    }

    [Fact]
    public async Task Neighbours_share_whole_sentences()
    {
        var (_, chunks) = await ChunkAsync(Prose(20, seed: 2), "prose.txt");

        for (var i = 1; i < chunks.Count; i++)
        {
            var shared = chunks[i - 1].End - chunks[i].Start;
            shared.ShouldBeGreaterThan(0);
            var repeated = chunks[i].Text[..shared];
            WordsOf(repeated).ShouldBeLessThanOrEqualTo(40);
            repeated.TrimEnd()[^1].ShouldBe('.');
        }
    }

    [Fact]
    public async Task A_section_begins_a_chunk_that_knows_its_headings()
    {
        var (_, chunks) = await ChunkAsync(
            $"# Handbook\n\n## Refunds\n\n{Prose(3, seed: 3)}\n\n## Shipping\n\n{Prose(1, seed: 4)}\n",
            "handbook.md"
        );

        chunks[0].HeadingPath.ShouldBe(["Handbook", "Refunds"]);
        chunks[0].Text.ShouldStartWith("Handbook\nRefunds\n");
        var shipping = chunks.First(chunk => chunk.HeadingPath.Contains("Shipping"));
        shipping.Text.ShouldStartWith("Shipping\n");
        shipping.HeadingPath.ShouldBe(["Handbook", "Shipping"]);
    }

    [Fact]
    public async Task Short_sections_share_a_chunk()
    {
        var (_, chunks) = await ChunkAsync("# A\n\nShort.\n\n# B\n\nShort too.\n", "x.md");

        chunks.Single().Text.ShouldBe("A\nShort.\nB\nShort too.");
    }

    [Fact]
    public async Task A_page_ends_a_chunk()
    {
        var (_, chunks) = await ChunkAsync($"{Prose(1, seed: 5)}\f{Prose(1, seed: 6)}", "x.txt");

        chunks[0].Page.ShouldBeNull();
        chunks[^1].Page.ShouldBe(2);
        chunks[^1].LastPage.ShouldBe(2);
    }

    [Fact]
    public async Task The_header_of_a_long_table_is_repeated()
    {
        var table = new StringBuilder("name,city,amount\n");
        for (var i = 0; i < 300; i++)
            table.Append($"Customer {i},Town {i},{i * 3}\n");

        var (text, chunks) = await ChunkAsync(table.ToString(), "orders.csv");

        chunks.Count.ShouldBeGreaterThan(3);
        foreach (var chunk in chunks)
        {
            chunk.Text.ShouldStartWith("name | city | amount\n");
            chunk.Text.ShouldEndWith(text[chunk.Start..chunk.End]);
        }
    }

    [Fact]
    public async Task A_sentence_longer_than_a_chunk_is_cut_between_words()
    {
        var (text, chunks) = await ChunkAsync(
            string.Join(' ', Enumerable.Range(0, 1_000).Select(i => $"word{i}")),
            "x.txt"
        );

        chunks.Count.ShouldBeInRange(5, 8);
        foreach (var chunk in chunks)
        {
            text[chunk.Start..chunk.End].ShouldBe(chunk.Text);
            chunk.Text.ShouldStartWith("word");
            char.IsDigit(chunk.Text[^1]).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("x", 60_000)]
    [InlineData("水車は川の流れで回る", 6_000)]
    [InlineData("😀", 20_000)]
    public async Task Text_without_spaces_is_cut_too(string piece, int times)
    {
        var (text, chunks) = await ChunkAsync(
            string.Concat(Enumerable.Repeat(piece, times)),
            "x.txt"
        );

        text.Length.ShouldBe(piece.Length * times);
        chunks.Count.ShouldBeGreaterThan(10);
        string.Concat(chunks.Select(chunk => chunk.Text)).Length.ShouldBe(text.Length);
        chunks.ShouldAllBe(chunk =>
            !char.IsLowSurrogate(chunk.Text[0]) && chunk.Text.Length < 8_000
        );
    }

    [Fact]
    public async Task Chunks_come_while_the_file_is_still_being_read()
    {
        var content = new MemoryStream(Encoding.UTF8.GetBytes(Prose(3_000, seed: 8)));
        var blocks = _lab.Reader().ReadAsync(content, "long.txt", DocumentLab.Cancel);

        await using var chunks = new Chunker(new ChunkOptions())
            .ChunkAsync(blocks, DocumentLab.Cancel)
            .GetAsyncEnumerator(DocumentLab.Cancel);

        (await chunks.MoveNextAsync()).ShouldBeTrue();
        content.Position.ShouldBeLessThan(content.Length / 4);
    }

    [Fact]
    public void Windows_hold_whole_sentences_within_their_words()
    {
        var windows = Sentences.Windows(Prose(2, seed: 9), 60);

        windows.Count.ShouldBeGreaterThan(2);
        windows.ShouldAllBe(window => window.EndsWith('.') && WordsOf(window) <= 60);
        Sentences
            .Windows("Dr. Who met Mr. Smith at 3.5 p.m. yesterday. They left.", 9)
            .ShouldBe(["Dr. Who met Mr. Smith at 3.5 p.m. yesterday.", "They left."]);
    }

    private async Task<(string Text, List<Chunk> Chunks)> ChunkAsync(string file, string name)
    {
        var blocks = await _lab.ReadAsync(file, name);
        var text = new StringBuilder();
        foreach (var block in blocks.Where(block => block.Kind != BlockKind.PageBreak))
            text.Append(text.Length == 0 || block.Continues ? "" : "\n").Append(block.Text);
        var chunks = await new Chunker(new ChunkOptions())
            .ChunkAsync(blocks.ToAsyncEnumerable(), DocumentLab.Cancel)
            .ToListAsync(DocumentLab.Cancel);
        return (text.ToString(), chunks);
    }

    private static int WordsOf(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>Paragraphs of some sentences, about a hundred words each.</summary>
    private static string Prose(int paragraphs, int seed)
    {
        var random = new Random(seed);
        string Sentence() =>
            "The "
            + string.Join(
                ' ',
                Enumerable.Range(0, random.Next(5, 20)).Select(_ => $"w{random.Next(999)}")
            )
            + ".";
        return string.Join(
            "\n\n",
            Enumerable
                .Range(0, paragraphs)
                .Select(_ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => Sentence())))
        );
    }
}
