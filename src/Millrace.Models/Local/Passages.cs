using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>
/// Answers from handed text, documents and context by quoting the best sentences with their source. Below the
/// threshold it gives no answer.
/// </summary>
internal sealed partial class Passages(Meaning meaning, double abstainBelow)
{
    private readonly SentenceChoice _choice = new(meaning, abstainBelow);

    /// <summary>Answers from what the request hands over, documents and context.</summary>
    public ValueTask<Reply?> AnswerAsync(
        Clause question,
        Request request,
        CancellationToken cancellationToken
    ) =>
        QuoteAsync(
            question,
            [.. Quotables.SourcesOf(request).SelectMany(Quotables.Split)],
            cancellationToken
        );

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
        var best = await _choice.BestAsync(question, passages, cancellationToken);
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

    // No sentence of a source is the poem or letter that is asked for.
    [GeneratedRegex(
        @"^(?:(?:can|could|would|will) you |please )*(?:write|compose|draft|invent|imagine|create|generate|design|make up)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksForWriting();
}
