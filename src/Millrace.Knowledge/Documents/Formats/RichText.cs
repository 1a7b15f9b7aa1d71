using System.Globalization;
using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>RTF: its text and paragraphs. Groups that hold fonts, colours, pictures and the like are left out.</summary>
internal static class RichText
{
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(
        1252
    )!;

    private static readonly HashSet<string> Hidden =
    [
        .. "fonttbl colortbl stylesheet info pict object themedata colorschememapping datastore".Split(
            ' '
        ),
        .. "latentstyles listtable listoverridetable rsidtbl generator xmlnstbl fldinst header footer".Split(
            ' '
        ),
        .. "headerl headerr headerf footerl footerr footerf filetbl revtbl mmathPr bkmkstart bkmkend".Split(
            ' '
        ),
    ];

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var bytes = await source.ReadAllAsync(reading.Cancellation);
        foreach (var piece in new RichReader(bytes, reading).Read())
            yield return piece;
    }

    private sealed class RichReader(byte[] file, Reading reading)
    {
        private readonly Stack<(bool IsHidden, int Skip)> _groups = [];
        private readonly StringBuilder _text = new();
        private Encoding _encoding = Windows1252;
        private bool _isHidden;
        private bool _isRow;

        // How many characters stand in for one that old readers don't know.
        private int _skip = 1;
        private int _toSkip;
        private int _at;

        public IEnumerable<Piece> Read()
        {
            while (_at < file.Length)
            {
                var letter = file[_at++];
                switch (letter)
                {
                    case (byte)'{':
                        _groups.Push((_isHidden, _skip));
                        reading.CheckNesting(_groups.Count);
                        break;
                    case (byte)'}':
                        if (_groups.TryPop(out var group))
                            (_isHidden, _skip) = group;
                        break;
                    case (byte)'\\':
                        if (Control() is { } piece)
                            yield return piece;
                        break;
                    case (byte)'\r' or (byte)'\n':
                        break;
                    default:
                        Append(_encoding.GetString(file.AsSpan(_at - 1, 1)));
                        break;
                }
            }
            if (_groups.Count > 0)
                throw new UnreadableDocument(
                    DocumentFault.Damaged,
                    "The RTF is damaged or incomplete: a group in it does not end."
                );
            yield return Take();
        }

        private Piece? Control()
        {
            if (_at >= file.Length)
                return null;
            if (!char.IsAsciiLetter((char)file[_at]))
            {
                Symbol((char)file[_at++]);
                return null;
            }
            var start = _at;
            while (_at < file.Length && char.IsAsciiLetter((char)file[_at]))
                _at++;
            var word = Encoding.ASCII.GetString(file.AsSpan(start, _at - start));
            start = _at;
            while (
                _at < file.Length
                && (char.IsAsciiDigit((char)file[_at]) || (_at == start && file[_at] == '-'))
            )
                _at++;
            int? number = int.TryParse(
                file.AsSpan(start, _at - start),
                CultureInfo.InvariantCulture,
                out var value
            )
                ? value
                : null;
            if (_at < file.Length && file[_at] == ' ')
                _at++;
            return Word(word, number);
        }

        private void Symbol(char symbol)
        {
            switch (symbol)
            {
                case '\'' when _at + 2 <= file.Length:
                    if (
                        byte.TryParse(
                            file.AsSpan(_at, 2),
                            NumberStyles.HexNumber,
                            null,
                            out var code
                        )
                    )
                        Append(_encoding.GetString([code]));
                    _at += 2;
                    break;
                case '*':
                    _isHidden = true;
                    break;
                case '~':
                    Append(" ");
                    break;
                case '\\' or '{' or '}':
                    Append($"{symbol}");
                    break;
            }
        }

        private Piece? Word(string word, int? number)
        {
            switch (word)
            {
                case "par" or "sect" or "page" when !_isRow && !_isHidden:
                    return Take();
                case "row" when !_isHidden:
                    _isRow = false;
                    return Row();
                case "trowd":
                    _isRow = true;
                    break;
                case "cell":
                    Append("\u0001");
                    break;
                case "line" or "par":
                    Append("\n");
                    break;
                case "tab":
                    Append("\t");
                    break;
                case "emdash" or "endash":
                    Append("–");
                    break;
                case "lquote" or "rquote":
                    Append("'");
                    break;
                case "ldblquote" or "rdblquote":
                    Append("\"");
                    break;
                case "bullet":
                    Append("•");
                    break;
                case "uc":
                    _skip = Math.Clamp(number ?? 1, 0, 8);
                    break;
                case "u" when number is { } unit:
                    Append($"{(char)(ushort)unit}");
                    _toSkip = _skip;
                    break;
                case "ansicpg" when number is { } page:
                    _encoding = CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Windows1252;
                    break;
                case "bin" when number is > 0:
                    _at = (int)Math.Min(file.Length, (long)_at + number.Value);
                    break;
                case var name when Hidden.Contains(name):
                    _isHidden = true;
                    break;
            }
            return null;
        }

        private void Append(string text)
        {
            if (_toSkip > 0)
                _toSkip--;
            else if (!_isHidden)
                _text.Append(text);
            if (_text.Length > reading.Options.MaxCharacters)
                reading.CountCharacters(_text.Length);
        }

        private Piece Take()
        {
            reading.Check();
            var text = _text.ToString();
            _text.Clear();
            return Piece.Paragraph(text);
        }

        private Piece Row()
        {
            var cells = Take().Text.TrimEnd('\u0001').Split('\u0001');
            return Piece.Row(cells, isHeader: false);
        }
    }
}
