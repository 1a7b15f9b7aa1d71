using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Millrace.Knowledge.Documents.Chunks;

/// <summary>
/// Gathers sentences until a chunk is full. A section, a page or a paragraph ends a chunk that has enough; sentences and
/// rows are cut only when one alone is too long. A heading opens the chunk of what follows it.
/// </summary>
internal sealed class ChunkBuilder(ChunkOptions options)
{
    private readonly Queue<Chunk> _ready = [];
    private readonly StringBuilder _text = new();
    private readonly List<Unit> _units = [];

    // A page stands for itself sooner than a section, since answers name it.
    private readonly int _enoughOfPage = Math.Max(1, options.Words / 4);
    private readonly int _enoughOfSection = Math.Max(1, options.Words / 2);
    private string? _tableHeader;
    private IReadOnlyList<string>? _path;
    private int _index;
    private int _start;
    private int _end;
    private int _words;
    private int? _page;
    private int? _lastPage;
    private bool _hasOwnText;
    private bool _hasBody;

    /// <summary>A sentence or a row: where it stands in the document and in the chunk.</summary>
    private readonly record struct Unit(int Start, int At, int Words, bool MayRepeat);

    public bool TryTake([NotNullWhen(true)] out Chunk? chunk) => _ready.TryDequeue(out chunk);

    public void Add(Block block)
    {
        switch (block.Kind)
        {
            case BlockKind.PageBreak:
                if (_hasOwnText && _words >= _enoughOfPage)
                    Close(repeats: true);
                return;
            case BlockKind.Heading:
                if (_words >= _enoughOfSection || !_hasOwnText)
                    Close(repeats: false);
                _tableHeader = null;
                AddWhole(block, Words.Count(block.Text));
                return;
            case BlockKind.TableHeader:
                if (_words >= options.Words / 2)
                    Close(repeats: false);
                var words = Words.Count(block.Text);
                AddWhole(block, words);
                // One that would take most of each chunk is not said again.
                _tableHeader = words <= options.Words / 4 ? block.Text : null;
                return;
            case BlockKind.TableRow:
                AddWhole(block, Words.Count(block.Text));
                return;
            default:
                _tableHeader = null;
                AddSentences(block);
                return;
        }
    }

    public void Finish() => Close(repeats: false);

    private void AddSentences(Block block)
    {
        var text = block.Text.AsSpan();
        var byLine = block.Kind == BlockKind.Code;
        var isFirst = true;
        for (var at = 0; at < text.Length; )
        {
            var end = Sentences.EndOf(text, at, byLine);
            var words = Words.Count(text[at..end]);
            // Rather a shorter chunk than a paragraph's first sentence at the end of the one before.
            if (isFirst && end < text.Length && _words > options.Words * 3 / 4)
                Close(repeats: true);
            AddUnit(block, at, end, words, isFirst);
            isFirst = false;
            at = end;
        }
    }

    private void AddWhole(Block block, int words) =>
        AddUnit(block, 0, block.Text.Length, words, true);

    private void AddUnit(Block block, int from, int to, int words, bool isFirst)
    {
        if (_hasOwnText && _words + words > options.Words)
            Close(repeats: block.Kind != BlockKind.TableRow);
        if (words <= options.Words)
        {
            Append(block, from, to, words, isFirst);
            return;
        }
        for (var at = from; at < to; )
        {
            var end = at + Words.Take(block.Text.AsSpan(at, to - at), options.Words);
            if (_hasOwnText)
                Close(repeats: false);
            Append(
                block,
                at,
                end,
                Words.Count(block.Text.AsSpan(at, end - at)),
                isFirst && at == from
            );
            at = end;
        }
    }

    private void Append(Block block, int from, int to, int words, bool isFirst)
    {
        if (_text.Length == 0)
        {
            _start = block.Start + from;
            if (block.Kind == BlockKind.TableRow && _tableHeader is not null)
            {
                _text.Append(_tableHeader).Append('\n');
                _words += Words.Count(_tableHeader);
            }
        }
        else if (isFirst && !block.Continues)
        {
            _text.Append('\n');
        }
        var mayRepeat = block.Kind is BlockKind.Paragraph or BlockKind.ListItem or BlockKind.Code;
        _units.Add(new Unit(block.Start + from, _text.Length, words, mayRepeat));
        _text.Append(block.Text.AsSpan(from, to - from));
        _end = block.Start + to;
        _words += words;
        if (!_hasOwnText)
            _page = block.Page;
        if (!_hasBody)
            _path = block.HeadingPath;
        _lastPage = block.Page;
        _hasOwnText = true;
        _hasBody |= block.Kind != BlockKind.Heading;
    }

    private void Close(bool repeats)
    {
        if (_hasOwnText)
        {
            var text = _text.ToString();
            var trimmed = text.TrimEnd();
            if (trimmed.Length > 0)
                _ready.Enqueue(
                    new Chunk(_index++, trimmed)
                    {
                        Start = _start,
                        End = _end - (text.Length - trimmed.Length),
                        Page = _page,
                        LastPage = _lastPage,
                        HeadingPath = _path ?? [],
                    }
                );
        }
        Reset(repeats ? Repeated() : _units.Count);
    }

    /// <summary>The first of the last sentences that the next chunk repeats.</summary>
    private int Repeated()
    {
        var words = 0;
        var first = _units.Count;
        while (first > 0 && _units[first - 1].MayRepeat)
        {
            words += _units[first - 1].Words;
            if (words > options.OverlapWords)
                break;
            first--;
        }
        // Never a chunk as a whole: the next one would have nothing of its own in front.
        return first == 0 ? _units.Count : first;
    }

    private void Reset(int first)
    {
        var (kept, words) = ("", 0);
        if (first < _units.Count)
        {
            kept = _text.ToString(_units[first].At, _text.Length - _units[first].At);
            _start = _units[first].Start;
        }
        var shift = first < _units.Count ? _units[first].At : 0;
        _units.RemoveRange(0, first);
        for (var i = 0; i < _units.Count; i++)
        {
            words += _units[i].Words;
            _units[i] = _units[i] with { At = _units[i].At - shift };
        }
        _text.Clear().Append(kept);
        _words = words;
        (_hasOwnText, _hasBody) = (false, false);
    }
}
