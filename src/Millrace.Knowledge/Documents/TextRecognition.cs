using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Millrace.Knowledge.Documents;

/// <summary>Tells which kind of text a text is, from its first characters.</summary>
internal static partial class TextRecognition
{
    private const int TimeoutMilliseconds = 500;
    private const int SampledRecords = 20;

    private static readonly HashSet<string> MarkdownNames = [".md", ".markdown", ".mdown", ".mkd"];
    private static readonly HashSet<string> TableNames = [".csv", ".tsv", ".tab"];
    private static readonly HashSet<string> CodeNames =
    [
        .. ".py .sh .bash .rb .pl .r .yml .yaml .toml .ini .cfg .conf .env .mk .cmake .dockerfile .tf".Split(
            ' '
        ),
        .. ".c .h .cc .cpp .hpp .cs .java .js .mjs .ts .tsx .jsx .go .rs .php .swift .kt .scala .sql .lua .ps1".Split(
            ' '
        ),
    ];
    private static readonly SearchValues<string> NextTags = SearchValues.Create(
        ["</", "><"],
        StringComparison.Ordinal
    );
    private static readonly string[] MailFields =
    [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "mime-version",
        "delivered-to",
    ];

    /// <param name="head">The first characters.</param>
    /// <param name="isCut">Whether more follow.</param>
    /// <param name="extension">Of the file's name, with its dot, lower case: decides between two that fit.</param>
    public static DocumentType Recognize(string head, bool isCut, string extension)
    {
        var text = head.AsSpan().TrimStart("\ufeff \t\r\n\0");
        if (text.Length > 0 && text[0] is '{' or '[' && IsJson(text, isCut))
            return DocumentType.Json;
        if (text.Length > 0 && text[0] == '<')
        {
            if (HtmlMark().IsMatch(text[..Math.Min(text.Length, 8192)]))
                return DocumentType.Html;
            if (IsXml(text, isCut))
                return DocumentType.Xml;
        }
        if (IsMail(text))
            return DocumentType.Mail;
        if (CodeNames.Contains(extension))
            return DocumentType.Text;
        if (MarkdownNames.Contains(extension) || LooksLikeMarkdown(head))
            return DocumentType.Markdown;
        return Delimiter(head, isCut, TableNames.Contains(extension)) switch
        {
            '\t' => DocumentType.Tsv,
            null => DocumentType.Text,
            _ => DocumentType.Csv,
        };
    }

    /// <summary>What separates the cells, when the text is a table of values.</summary>
    public static char? Delimiter(string head, bool isCut, bool isExpected)
    {
        foreach (var delimiter in (ReadOnlySpan<char>)['\t', ',', ';', '|'])
        {
            var widths = DelimitedRecords.Widths(head, delimiter, SampledRecords + 1);
            // The last record may be cut.
            if (widths.Count > SampledRecords || (isCut && widths.Count > 1))
                widths.RemoveAt(widths.Count - 1);
            if (widths.Count == 0 || widths[0] < 2)
                continue;
            var same = widths.Count(width => width == widths[0]);
            var fits = isExpected
                ? same * 10 >= widths.Count * 6
                : same == widths.Count && widths.Count >= 3 && !head.StartsWith('|');
            if (fits)
                return delimiter;
        }
        return null;
    }

    private static bool IsJson(ReadOnlySpan<char> text, bool isCut)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = Encoding.UTF8.GetBytes(text, bytes);
        var reader = new Utf8JsonReader(
            bytes.AsSpan(0, count),
            isFinalBlock: false,
            new JsonReaderState(
                new JsonReaderOptions { MaxDepth = 100_000, AllowMultipleValues = true }
            )
        );
        var tokens = 0;
        try
        {
            while (reader.Read())
                tokens++;
        }
        catch (JsonException)
        {
            // Much of a JSON document before the error is one that is broken; little is a text with a bracket in front.
            return tokens > 8;
        }
        return isCut || tokens > 1;
    }

    /// <summary>By its declaration; without one by a first and, when it is in sight, a last tag: "&lt;ada&gt; hello" is talk.</summary>
    private static bool IsXml(ReadOnlySpan<char> text, bool isCut) =>
        text.StartsWith("<?xml")
        || text.StartsWith("<!DOCTYPE")
        || (
            XmlMark().IsMatch(text[..Math.Min(text.Length, 1024)])
            && (isCut ? text.IndexOfAny(NextTags) >= 0 : text.TrimEnd()[^1] == '>')
        );

    private static bool IsMail(ReadOnlySpan<char> text)
    {
        var known = 0;
        var lines = 0;
        foreach (var range in text.Split('\n'))
        {
            var line = text[range].TrimEnd('\r');
            if (line.Length == 0 || ++lines > 60)
                break;
            if (line[0] is ' ' or '\t' && lines > 1 || (lines == 1 && line.StartsWith("From ")))
                continue;
            var colon = line.IndexOf(':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(FieldName))
                return false;
            foreach (var field in MailFields)
                known += line[..colon].Equals(field, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        }
        return known >= 3;
    }

    private static readonly SearchValues<char> FieldName = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    );

    private static bool LooksLikeMarkdown(string head)
    {
        var sample = head.Length > 16_384 ? head[..16_384] : head;
        var signs =
            (AtxHeading().IsMatch(sample) ? 2 : 0)
            + (Underlined().IsMatch(sample) ? 2 : 0)
            + (Fence().IsMatch(sample) ? 2 : 0)
            + (TableRule().IsMatch(sample) ? 2 : 0)
            + (Link().IsMatch(sample) ? 1 : 0)
            + (Strong().IsMatch(sample) ? 1 : 0)
            + (Bullet().IsMatch(sample) ? 1 : 0);
        return signs >= 2;
    }

    [GeneratedRegex(
        @"\A(?:<!--.*?-->\s*)*(?:(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b|<(?:head|body|div|p|span|table|h[1-6]|article|section|main|ul|ol|br|img|script|style|center|font)\b)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking,
        TimeoutMilliseconds
    )]
    private static partial Regex HtmlMark();

    [GeneratedRegex(
        @"\A(?:<!--|<[A-Za-z_][\w.:-]*(?:\s[^<]*)?/?>)",
        RegexOptions.NonBacktracking,
        TimeoutMilliseconds
    )]
    private static partial Regex XmlMark();

    // Followed by an empty line, or in front of one: a row of comments in a script is neither.
    [GeneratedRegex(
        @"(?:\A|\n[ \t]*\r?\n)#{1,6}[ \t]+\S[^\n]*(?:\n[ \t]*\r?\n|\n?\z)|\A#[ \t]+\S[^\n]*\n[^#\n]",
        RegexOptions.NonBacktracking,
        TimeoutMilliseconds
    )]
    private static partial Regex AtxHeading();

    [GeneratedRegex(
        @"(?:\A|\n[ \t]*\r?\n)[^\n]{2,80}\n(?:={3,}|-{3,})[ \t]*\r?(?:\n|\z)",
        RegexOptions.NonBacktracking,
        TimeoutMilliseconds
    )]
    private static partial Regex Underlined();

    [GeneratedRegex(@"(?:\A|\n)(?:```|~~~)", RegexOptions.NonBacktracking, TimeoutMilliseconds)]
    private static partial Regex Fence();

    [GeneratedRegex(
        @"\n[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*\|[ \t:|-]*\r?(?:\n|\z)",
        RegexOptions.NonBacktracking,
        TimeoutMilliseconds
    )]
    private static partial Regex TableRule();

    [GeneratedRegex(
        @"\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)",
        RegexOptions.NonBacktracking,
        TimeoutMilliseconds
    )]
    private static partial Regex Link();

    [GeneratedRegex(@"\*\*\w[^*\n]{0,200}\*\*", RegexOptions.NonBacktracking, TimeoutMilliseconds)]
    private static partial Regex Strong();

    [GeneratedRegex(
        @"(?:\A|\n)[-*+] \S[^\n]*\r?\n(?:[-*+] |[ \t]+\S)",
        RegexOptions.NonBacktracking,
        TimeoutMilliseconds
    )]
    private static partial Regex Bullet();
}
