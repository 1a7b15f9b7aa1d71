using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>
/// Answers from handed text, documents and context by quoting the best sentences with their source. Below the
/// threshold it gives no answer.
/// </summary>
internal sealed partial class Passages(Meaning meaning, double abstainBelow)
{
    private const int MostCompared = 24;
    private const int MostQuoted = 2;
    private const int LongestSource = 400_000;
    private const int LongestHeading = 80;

    /// <summary>Answers from what the request hands over, documents and context.</summary>
    public ValueTask<Reply?> AnswerAsync(
        Clause question,
        Request request,
        CancellationToken cancellationToken
    ) => QuoteAsync(question, [.. Sources(request).SelectMany(Split)], cancellationToken);

    public async ValueTask<Reply?> QuoteAsync(
        Clause question,
        IReadOnlyList<Quotable> passages,
        CancellationToken cancellationToken
    )
    {
        if (
            passages.Count == 0
            || question.Text.Length > 2000
            || AsksForWriting().IsMatch(question.Plain)
        )
        {
            return null;
        }
        var best = await BestAsync(question, passages, cancellationToken);
        if (best.Count == 0)
        {
            return null;
        }
        var text = new StringBuilder();
        foreach (var group in best.GroupBy(passage => passage.Where))
        {
            text.Append(text.Length > 0 ? " " : "");
            text.Append('“')
                .AppendJoin(' ', group.Select(passage => passage.Text))
                .Append("” (from ")
                .Append(group.Key)
                .Append(").");
        }
        return new Reply(text.ToString(), string.Join(' ', best.Select(passage => passage.Text)))
        {
            Quotes = best,
        };
    }

    /// <summary>The sources of a request in the order in which they are trusted to answer.</summary>
    public static IEnumerable<RecalledPart> Sources(Request request)
    {
        if (request.Handed is { } handed)
        {
            yield return RecalledPart.Document("the text you gave", handed);
        }
        foreach (var part in request.Recalled)
        {
            if (part.Kind is RecalledKind.Document or RecalledKind.Context)
            {
                yield return part;
            }
        }
    }

    /// <summary>
    /// The sentences of a source, each with the heading that it stands under; JSON becomes one "path: value" for each
    /// value.
    /// </summary>
    public static IEnumerable<Quotable> Split(RecalledPart part)
    {
        var text = part.Text.Length <= LongestSource ? part.Text : part.Text[..LongestSource];
        if (Flattened(text) is { } values)
            return values.Select(value => new Quotable(part, value));
        return part.Kind == RecalledKind.Document
            ? UnderHeadings(part, text)
            : Sentences.Of(text).Select(sentence => new Quotable(part, sentence));
    }

    private static IEnumerable<Quotable> UnderHeadings(RecalledPart part, string text)
    {
        var lines = text.Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        var heading = "";
        for (var i = 0; i < lines.Length; i++)
        {
            if (i + 1 < lines.Length && IsHeading(lines[i], lines[i + 1]))
            {
                heading = lines[i];
                continue;
            }
            foreach (var sentence in Sentences.Of(lines[i]))
                yield return new Quotable(part, sentence) { Heading = heading };
        }
    }

    // A short line that is no sentence, or a question, in front of a sentence says what that is about and nothing else.
    private static bool IsHeading(string line, string next) =>
        line.Length <= LongestHeading
        && (line[^1] == '?' || !char.IsPunctuation(line[^1]))
        && (char.IsLetterOrDigit(line[0]) || line[0] == '#')
        && next.Length > line.Length
        && next[^1] is ('.' or '!' or ':' or ';');

    /// <summary>The values of a JSON object or array as "path: value", or null when the text is no such thing.</summary>
    public static List<string>? Flattened(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length == 0 || trimmed[0] is not ('{' or '['))
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(text);
            var lines = new List<string>();
            Flatten(json.RootElement, "", lines);
            return lines;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Flatten(JsonElement element, string path, List<string> lines)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                Flatten(
                    property.Value,
                    path.Length == 0 ? Spaced(property.Name) : $"{path} {Spaced(property.Name)}",
                    lines
                );
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            var plain = element
                .EnumerateArray()
                .All(each => each.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
            if (plain)
            {
                lines.Add(
                    Line(
                        path,
                        string.Join(", ", element.EnumerateArray().Select(each => each.ToString()))
                    )
                );
                return;
            }
            foreach (var each in element.EnumerateArray())
            {
                Flatten(each, path, lines);
            }
        }
        else if (element.ValueKind != JsonValueKind.Null)
        {
            lines.Add(Line(path, element.ToString()));
        }
    }

    private static string Line(string path, string value) =>
        path.Length == 0 ? value : $"{path}: {value}";

    private static string Spaced(string name) => WordEdge().Replace(name, " ").ToLowerInvariant();

    private async ValueTask<List<Quotable>> BestAsync(
        Clause question,
        IReadOnlyList<Quotable> passages,
        CancellationToken cancellationToken
    )
    {
        var asked = question.Topic;
        var rarity = Rarity(asked, passages);
        var candidates = passages
            .Select(
                (passage, at) =>
                    (Passage: passage, At: at, Words: Weighed(asked, rarity, passage.InContext))
            )
            .OrderByDescending(each => each.Words)
            .ThenBy(each => each.At)
            .Take(MostCompared)
            .ToList();
        if (Decisive(candidates[0].Words, candidates.ElementAtOrDefault(1).Words))
        {
            return [candidates[0].Passage];
        }
        var nearness = await meaning.NearnessAsync(
            question.Plain,
            [.. candidates.Select(each => Clipped(each.Passage.InContext))],
            cancellationToken
        );
        var scored = candidates
            .Select(
                (each, i) =>
                    (
                        each.Passage,
                        each.At,
                        Near: nearness[i],
                        Score: nearness[i] + (0.3 * each.Words)
                    )
            )
            .Where(each => each.Near >= abstainBelow || each.Score >= abstainBelow + 0.25)
            .OrderByDescending(each => each.Score)
            .Take(MostQuoted)
            .ToList();
        return
        [
            .. scored
                .Where(each => each.Score >= scored[0].Score - 0.08)
                .OrderBy(each => each.At)
                .Select(each => each.Passage),
        ];
    }

    // Words alone decide when one sentence has them all and no other comes near.
    private static bool Decisive(double first, double second) => first >= 0.99 && second <= 0.6;

    private static Dictionary<string, double> Rarity(
        HashSet<string> asked,
        IReadOnlyList<Quotable> passages
    )
    {
        var seen = asked.ToDictionary(stem => stem, _ => 0);
        foreach (var passage in passages)
        {
            foreach (var stem in Words.Topic(passage.InContext))
            {
                if (seen.TryGetValue(stem, out var count))
                {
                    seen[stem] = count + 1;
                }
            }
        }
        return seen.ToDictionary(
            each => each.Key,
            each => Math.Log(1 + (passages.Count / (each.Value + 0.5)))
        );
    }

    private static double Weighed(
        HashSet<string> asked,
        Dictionary<string, double> rarity,
        string text
    )
    {
        var total = asked.Sum(stem => rarity[stem]);
        if (total <= 0)
        {
            return 0;
        }
        var words = Words.Topic(text);
        return asked.Where(words.Contains).Sum(stem => rarity[stem]) / total;
    }

    private static string Clipped(string text) => text.Length <= 500 ? text : text[..500];

    // No sentence of a source is the poem or letter that is asked for.
    [GeneratedRegex(
        @"^(?:(?:can|could|would|will) you |please )*(?:write|compose|draft|invent|imagine|create|generate|design|make up)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksForWriting();

    [GeneratedRegex(@"[_\-\s.]+|(?<=[a-z0-9])(?=[A-Z])", RegexOptions.None, 1000)]
    private static partial Regex WordEdge();
}
