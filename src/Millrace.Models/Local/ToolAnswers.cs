using System.Globalization;
using System.Text.Json;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>Answers from what tools returned, naming the tool as the source.</summary>
internal sealed class ToolAnswers(Passages passages)
{
    private const int LongestSaid = 600;
    private const int MostLines = 20;

    private static readonly string[] TextNames =
    [
        "text",
        "content",
        "snippet",
        "passage",
        "chunk",
        "summary",
        "body",
    ];
    private static readonly string[] SourceNames =
    [
        "source",
        "filename",
        "file",
        "title",
        "name",
        "url",
        "id",
    ];

    /// <summary>Says these outcomes as the answer to the clause, and marks them as said.</summary>
    public async ValueTask<Reply?> SayAsync(
        Clause clause,
        IReadOnlyList<ToolOutcome> outcomes,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var replies = new List<Reply>();
        foreach (var outcome in outcomes)
        {
            request.Said.Add(outcome);
            replies.Add(await SayAsync(clause, outcome, cancellationToken));
        }
        return replies.Count switch
        {
            0 => null,
            1 => replies[0],
            _ => new Reply(
                Replies.Join([.. replies.Select((reply, i) => Labelled(reply.Text, outcomes[i]))]),
                string.Join("; ", replies.Select(reply => reply.Value))
            ),
        };
    }

    private async ValueTask<Reply> SayAsync(
        Clause clause,
        ToolOutcome outcome,
        CancellationToken cancellationToken
    )
    {
        var text = outcome.Text.Trim();
        if (outcome.Failed)
        {
            return new Reply($"{outcome.Tool} failed: {Clipped(text)}");
        }
        if (text.Length == 0 || text is "[]" or "{}" or "null")
        {
            return new Reply($"{outcome.Tool} found nothing.") { IsRefusal = true };
        }
        if (
            Arithmetic.Find(clause) is { } expression
            && decimal.TryParse(
                text,
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out var value
            )
        )
        {
            return new Reply(
                $"{Arithmetic.Equation(expression, value).TrimEnd('.')} (from {outcome.Tool}).",
                Calculator.Format(value)
            );
        }
        if (Hits(text) is { Count: > 0 } hits)
        {
            return await passages.QuoteAsync(
                    clause,
                    [.. hits.SelectMany(hit => Quotables.Split(hit))],
                    cancellationToken
                )
                ?? new Reply($"{outcome.Tool} found nothing that answers this.")
                {
                    IsRefusal = true,
                };
        }
        if (Quotables.Flattened(text) is { } lines)
        {
            var said = string.Join("; ", lines.Take(MostLines));
            return new Reply(
                $"{Clipped(said)} (from {outcome.Tool}).",
                lines.Count == 1
                    ? lines[0][(lines[0].IndexOf(": ", StringComparison.Ordinal) + 1)..].Trim()
                    : said
            );
        }
        if (text.Length <= LongestSaid)
        {
            return new Reply($"{text.TrimEnd('.')} (from {outcome.Tool}).", text);
        }
        var sentences = Sentences.Of(text);
        var source = RecalledPart.Document(outcome.Tool, "");
        return await passages.QuoteAsync(
                clause,
                [.. sentences.Select(sentence => new Quotable(source, sentence))],
                cancellationToken
            )
            ?? new Reply(
                $"“{Clipped(string.Join(' ', sentences.Take(3)))}” (from {outcome.Tool}).",
                Clipped(text)
            );
    }

    private static string Labelled(string text, ToolOutcome outcome)
    {
        var place = outcome
            .Arguments.Values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))
            .FirstOrDefault(value => value is { Length: > 0 and < 40 });
        return place is null || text.Contains(place, StringComparison.OrdinalIgnoreCase)
            ? text
            : $"{place}: {text}";
    }

    // What a search returns: objects with a text and where it stands.
    private static List<RecalledPart>? Hits(string text)
    {
        if (text[0] is not ('[' or '{'))
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(text);
            var array = json.RootElement;
            if (array.ValueKind == JsonValueKind.Object)
            {
                array = array
                    .EnumerateObject()
                    .Select(member => member.Value)
                    .FirstOrDefault(value => value.ValueKind == JsonValueKind.Array);
            }
            return array.ValueKind != JsonValueKind.Array
                ? null
                :
                [
                    .. array
                        .EnumerateArray()
                        .Where(hit =>
                            hit.ValueKind == JsonValueKind.Object
                            && Member(hit, TextNames).Length > 0
                        )
                        .Select(hit =>
                            RecalledPart.Document(
                                new Passage(
                                    Member(hit, "id"),
                                    Member(hit, SourceNames) is { Length: > 0 } source
                                        ? source
                                        : "a result",
                                    hit.TryGetInt("page", out var page) ? page : null,
                                    Member(hit, TextNames)
                                )
                            )
                        ),
                ];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Member(JsonElement hit, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (hit.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
            {
                return value.GetString()!;
            }
        }
        return "";
    }

    private static string Clipped(string text) =>
        text.Length <= LongestSaid ? text : text.CutTo(LongestSaid).TrimEnd() + "…";
}
