using System.Text;

namespace Millrace.Knowledge.Documents;

/// <summary>
/// Takes a text of delimited values piece by piece and gives its records. A quotation mark counts only where a cell
/// begins; inside quotes it is doubled.
/// </summary>
internal sealed class DelimitedRecords(char delimiter)
{
    private const int LongestCell = 1_000_000;
    private const int MostCells = 20_000;

    private readonly StringBuilder _cell = new();
    private List<string> _cells = [];
    private List<List<string>> _records = [];
    private State _state = State.CellStart;

    private enum State
    {
        CellStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }

    /// <summary>How many cells each of the first records of a text has.</summary>
    public static List<int> Widths(string text, char delimiter, int most)
    {
        var records = new DelimitedRecords(delimiter);
        for (var at = 0; at < text.Length && records._records.Count < most; at += 1024)
            records.Feed(text.AsSpan(at, Math.Min(1024, text.Length - at)));
        if (records._records.Count < most)
            records.Finish();
        return [.. records.Take().Take(most).Select(cells => cells.Count)];
    }

    public void Feed(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            switch (_state)
            {
                case State.CellStart when letter == '"':
                    _state = State.Quoted;
                    break;
                case State.Quoted when letter == '"':
                    _state = State.QuoteInQuoted;
                    break;
                case State.QuoteInQuoted when letter == '"':
                    _state = State.Quoted;
                    Append('"');
                    break;
                case State.Quoted:
                    Append(letter);
                    break;
                default:
                    Plain(letter);
                    break;
            }
        }
    }

    public void Finish()
    {
        if (_cells.Count > 0 || _cell.Length > 0)
            EndRecord();
    }

    /// <summary>The records that are whole by now.</summary>
    public List<List<string>> Take()
    {
        var records = _records;
        _records = [];
        return records;
    }

    private void Plain(char letter)
    {
        if (letter == delimiter)
        {
            EndCell();
        }
        else if (letter is '\n' or '\r')
        {
            if (_cells.Count > 0 || _cell.Length > 0)
                EndRecord();
        }
        else
        {
            _state = State.Plain;
            Append(letter);
        }
    }

    private void Append(char letter)
    {
        if (_cell.Length == LongestCell)
            throw new UnreadableDocument(
                DocumentFault.Damaged,
                "A cell of the table does not end: a quotation mark is missing."
            );
        _cell.Append(letter);
    }

    private void EndCell()
    {
        if (_cells.Count == MostCells)
            throw new UnreadableDocument(
                DocumentFault.TooManyParts,
                $"A row of the table has more than {MostCells} cells."
            );
        _cells.Add(_cell.ToString().Trim());
        _cell.Clear();
        _state = State.CellStart;
    }

    private void EndRecord()
    {
        EndCell();
        if (_cells.Exists(cell => cell.Length > 0))
            _records.Add(_cells);
        _cells = [];
    }
}
