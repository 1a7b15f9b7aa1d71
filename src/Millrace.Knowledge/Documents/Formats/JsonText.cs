using System.Text;
using System.Text.Json;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>JSON, and lines of JSON: a paragraph per object.</summary>
internal static class JsonText
{
    private const int PiecesAtATime = 256;

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var bytes = await source.ReadAllAsync(reading.Cancellation);
        if (
            await TextEncoding.DetectAsync(source.Content, reading.Cancellation) is { } encoding
            && encoding is not UTF8Encoding
        )
            bytes = Encoding.Convert(encoding, Encoding.UTF8, bytes);
        var values = new JsonValues(bytes, reading);
        bool hasMore;
        do
        {
            reading.Check();
            hasMore = values.Read(PiecesAtATime);
            foreach (var piece in values.Take())
                yield return piece;
        } while (hasMore);
    }

    private sealed class JsonValues(byte[] bytes, Reading reading)
    {
        private readonly RecordLines _lines = new();
        private readonly Stack<int> _indexes = [];
        private int _consumed = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
        private string? _name;
        private JsonReaderState _state = new(
            new JsonReaderOptions
            {
                MaxDepth = reading.Options.MaxNesting + 1,
                AllowMultipleValues = true,
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
            }
        );

        public List<Piece> Take() => _lines.Take();

        /// <summary>Whether there is more.</summary>
        public bool Read(int pieces)
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(_consumed), isFinalBlock: true, _state);
            var hasMore = true;
            try
            {
                while (_lines.Ready < pieces && (hasMore = reader.Read()))
                    Token(ref reader);
            }
            catch (JsonException broken)
            {
                reading.CheckNesting(reader.CurrentDepth);
                throw new UnreadableDocument(
                    DocumentFault.Damaged,
                    $"The JSON is damaged or incomplete at line {broken.LineNumber + 1}.",
                    broken
                );
            }
            _consumed += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
            if (!hasMore)
                _lines.Flush();
            return hasMore;
        }

        private void Token(ref Utf8JsonReader reader)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    _name = reader.GetString();
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    reading.CheckNesting(reader.CurrentDepth + 1);
                    _lines.Enter(Step());
                    _indexes.Push(reader.TokenType == JsonTokenType.StartArray ? 0 : -1);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _indexes.Pop();
                    _lines.Leave();
                    break;
                case JsonTokenType.Null:
                    _name = null;
                    Count();
                    break;
                default:
                    _lines.Value(_name ?? (_indexes.Count > 0 ? "values" : null), Text(ref reader));
                    _name = null;
                    Count();
                    break;
            }
        }

        private string Step()
        {
            var index = Count();
            var step =
                _name is not null ? $".{_name}"
                : index >= 0 ? $"[{index}]"
                : "";
            _name = null;
            return step;
        }

        /// <summary>The place in the array around, or -1 in an object.</summary>
        private int Count()
        {
            if (!_indexes.TryPop(out var index))
                return -1;
            _indexes.Push(index < 0 ? index : index + 1);
            return index;
        }

        private static string Text(ref Utf8JsonReader reader) =>
            reader.TokenType == JsonTokenType.String
                ? reader.GetString()!
                : Encoding.UTF8.GetString(reader.ValueSpan);
    }
}
