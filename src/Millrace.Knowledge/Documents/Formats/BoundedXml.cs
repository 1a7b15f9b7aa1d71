using System.Text;
using System.Xml;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// XML from outside, read forwards within the reading's limits. A document type is refused: it is how a small file
/// grows without end.
/// </summary>
internal sealed class BoundedXml : IDisposable
{
    private const int MarkupPerCharacter = 40;

    private readonly Reading _reading;
    private readonly SteppedStream _content;
    private readonly char[] _piece = new char[4096];

    public BoundedXml(Stream content, Reading reading)
    {
        _reading = reading;
        _content = new SteppedStream(content);
        Xml = XmlReader.Create(
            _content,
            new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                CheckCharacters = false,
                MaxCharactersInDocument = (long)reading.Options.MaxCharacters * MarkupPerCharacter,
            }
        );
    }

    public XmlReader Xml { get; }

    public string Name => Xml.LocalName;

    public bool Read()
    {
        _reading.Check();
        _content.BeginStep();
        try
        {
            if (!Xml.Read())
                return false;
        }
        catch (XmlException broken)
        {
            throw Reason(broken);
        }
        _reading.CheckNesting(Xml.Depth);
        return true;
    }

    /// <summary>The attribute of this local name, whatever its namespace.</summary>
    public string? Attribute(string name)
    {
        string? value = null;
        while (Xml.MoveToNextAttribute())
            value = Xml.LocalName == name ? Xml.Value : value;
        Xml.MoveToElement();
        return value;
    }

    public bool IsText =>
        Xml.NodeType
            is XmlNodeType.Text
                or XmlNodeType.CDATA
                or XmlNodeType.SignificantWhitespace
                or XmlNodeType.Whitespace;

    /// <summary>Appends the text that the reader stands on, but no more than a document may have.</summary>
    public void AppendText(StringBuilder text)
    {
        try
        {
            while (Xml.ReadValueChunk(_piece, 0, _piece.Length) is > 0 and var count)
            {
                text.Append(_piece, 0, count);
                CheckLength(text.Length);
                _content.BeginStep();
            }
        }
        catch (XmlException broken)
        {
            throw Reason(broken);
        }
    }

    /// <summary>Fails for more characters than a document may have, before they are put together.</summary>
    public void CheckLength(long characters)
    {
        if (characters > _reading.Options.MaxCharacters)
            throw TooMuch();
    }

    public void Dispose()
    {
        Xml.Dispose();
        _content.Dispose();
    }

    private UnreadableDocument Reason(XmlException broken)
    {
        // The framework has one exception for all of it; its words are the invariant culture's.
        if (broken.Message.Contains("DTD", StringComparison.Ordinal))
            return new(
                DocumentFault.Forbidden,
                "Its XML declares a document type (DOCTYPE), which is not read: it could make the file grow without end.",
                broken
            );
        if (broken.Message.Contains("MaxCharactersInDocument", StringComparison.Ordinal))
            return TooMuch();
        return new(
            DocumentFault.Damaged,
            $"Its XML is damaged or incomplete at line {broken.LineNumber}.",
            broken
        );
    }

    private UnreadableDocument TooMuch() =>
        new(
            DocumentFault.TooMuchText,
            $"It has more than {_reading.Options.MaxCharacters} characters of text."
        );
}
