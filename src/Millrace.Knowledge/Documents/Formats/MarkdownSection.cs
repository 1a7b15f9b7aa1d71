using System.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using MarkdownBlock = Markdig.Syntax.Block;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>The pieces of a stretch of Markdown.</summary>
internal static class MarkdownSection
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseYamlFrontMatter()
        .Build();

    public static List<Piece> Read(string markdown, Reading reading)
    {
        var pieces = new List<Piece>();
        MarkdownDocument document;
        try
        {
            document = Markdown.Parse(markdown, Pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig's one complaint: nested too deeply. Then the marks are no Markdown.
            return [.. markdown.Split("\n\n").Select(Piece.Paragraph)];
        }
        Add(pieces, document, "", reading, 0);
        return pieces;
    }

    private static void Add(
        List<Piece> pieces,
        ContainerBlock container,
        string marker,
        Reading reading,
        int depth
    )
    {
        reading.CheckNesting(depth);
        foreach (var block in container)
        {
            Add(pieces, block, marker, reading, depth);
            marker = "";
        }
    }

    private static void Add(
        List<Piece> pieces,
        MarkdownBlock block,
        string marker,
        Reading reading,
        int depth
    )
    {
        switch (block)
        {
            case HeadingBlock heading:
                pieces.Add(Piece.Heading(Text(heading.Inline), heading.Level));
                break;
            case ParagraphBlock paragraph:
                var kind = marker.Length > 0 ? BlockKind.ListItem : BlockKind.Paragraph;
                pieces.Add(new Piece(kind, marker + Text(paragraph.Inline)));
                break;
            case Markdig.Extensions.Yaml.YamlFrontMatterBlock front:
                pieces.Add(Piece.Paragraph(front.Lines.ToString()));
                break;
            case CodeBlock code:
                pieces.Add(new Piece(BlockKind.Code, code.Lines.ToString()));
                break;
            case HtmlBlock html:
                pieces.AddRange(HtmlPage.Fragment(html.Lines.ToString(), reading));
                break;
            case Table table:
                foreach (var row in table.OfType<TableRow>())
                    pieces.Add(Piece.Row(row.OfType<TableCell>().Select(CellText), row.IsHeader));
                break;
            case ListBlock list:
                var number = int.TryParse(list.OrderedStart, out var first) ? first : 1;
                foreach (var item in list.OfType<ListItemBlock>())
                    Add(pieces, item, list.IsOrdered ? $"{number++}. " : "- ", reading, depth + 1);
                break;
            case ContainerBlock inner when inner is not LinkReferenceDefinitionGroup:
                Add(pieces, inner, marker, reading, depth + 1);
                break;
        }
    }

    private static string CellText(TableCell cell) =>
        string.Join(' ', cell.OfType<LeafBlock>().Select(block => Text(block.Inline)));

    private static string Text(ContainerInline? inline)
    {
        var text = new StringBuilder();
        if (inline is not null)
            Append(text, inline);
        return text.ToString();
    }

    private static void Append(StringBuilder text, ContainerInline container)
    {
        foreach (var inline in container)
        {
            switch (inline)
            {
                case LiteralInline literal:
                    text.Append(literal.Content.AsSpan());
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case AutolinkInline link:
                    text.Append(link.Url);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded.AsSpan());
                    break;
                case LineBreakInline:
                    text.Append('\n');
                    break;
                case ContainerInline inner:
                    Append(text, inner);
                    break;
            }
        }
    }
}
