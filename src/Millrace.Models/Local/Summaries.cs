using System.Numerics.Tensors;
using System.Text;
using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>Summarises by choosing sentences: those nearest to what the whole text is about, in their own order.</summary>
internal sealed partial class Summaries(Meaning meaning)
{
    private const int MostCompared = 48;

    public async ValueTask<string> OfAsync(
        string text,
        int sentences,
        CancellationToken cancellationToken
    )
    {
        var all = Sentences.Of(text);
        if (all.Count <= sentences)
        {
            return string.Join(' ', all);
        }
        var chosen = IsTranscript(all)
            ? Told(all, sentences)
            : await CentralAsync(all, sentences, cancellationToken);
        return string.Join(' ', chosen.Order().Select(i => all[i]));
    }

    /// <summary>The terms that a text uses most, as written.</summary>
    public static List<string> KeyTerms(string text, int most)
    {
        var counts = new Dictionary<string, (int Count, int First, string Word)>(
            StringComparer.Ordinal
        );
        var words = Words.Of(text);
        for (var i = 0; i < words.Count; i++)
        {
            if (
                words[i].Length < 3
                || char.IsAsciiDigit(words[i][0])
                || Words.Topic(words[i]).FirstOrDefault() is not { } stem
            )
            {
                continue;
            }
            counts[stem] = counts.TryGetValue(stem, out var known)
                ? known with
                {
                    Count = known.Count + 1,
                }
                : (1, i, words[i]);
        }
        return
        [
            .. counts
                .Values.OrderByDescending(term => term.Count)
                .ThenBy(term => term.First)
                .Take(most)
                .Select(term => term.Word),
        ];
    }

    /// <summary>A running summary as the user's own statements: "The user works on engines" was "I work on engines".</summary>
    public static string AsTold(string summary)
    {
        var told = new StringBuilder();
        foreach (var sentence in Sentences.Of(summary))
        {
            if (Assistant().IsMatch(sentence))
            {
                continue;
            }
            var own = Speaker().Replace(sentence, "");
            own = UsersThing().Replace(own, "My ");
            own = UserIs().Replace(own, "I am ");
            own = UserHas().Replace(own, "I have ");
            own = UserDoes().Replace(own, match => $"I {match.Groups["verb"].Value} ");
            told.Append(own).Append('\n');
        }
        return told.ToString();
    }

    private async ValueTask<IEnumerable<int>> CentralAsync(
        List<string> all,
        int most,
        CancellationToken cancellationToken
    )
    {
        // Of a long text the sentences with the most of its key terms stand for the rest.
        var terms = Words.Topic(string.Join(' ', KeyTerms(string.Join(' ', all), 30)));
        var compared = Enumerable
            .Range(0, all.Count)
            .OrderByDescending(i => Words.Topic(all[i]).Count(terms.Contains) + (i == 0 ? 2 : 0))
            .Take(MostCompared)
            .ToArray();
        var vectors = await meaning.VectorsAsync(
            [.. compared.Select(i => Clipped(all[i]))],
            keep: false,
            cancellationToken
        );
        var centre = new float[vectors[0].Length];
        foreach (var vector in vectors)
        {
            TensorPrimitives.Add(centre, vector.Span, centre);
        }
        return compared
            .Select(
                (i, at) =>
                    (Sentence: i, Score: Meaning.Cosine(vectors[at], centre) + (i == 0 ? 0.1f : 0))
            )
            .OrderByDescending(each => each.Score)
            .Take(most)
            .Select(each => each.Sentence);
    }

    private static bool IsTranscript(List<string> sentences) =>
        sentences.Count(line => Speaker().IsMatch(line)) >= 2;

    // Of a conversation, what the user told about themselves comes first, then the user's last words.
    private static IEnumerable<int> Told(List<string> all, int most)
    {
        var isUser = true;
        var own = new List<(int At, bool Fact)>();
        for (var i = 0; i < all.Count; i++)
        {
            if (Speaker().Match(all[i]) is { Success: true } speaker)
            {
                isUser = !Assistant().IsMatch(speaker.Value);
            }
            if (isUser)
            {
                var clauses = Sentences.Clauses(Speaker().Replace(all[i], ""));
                own.Add(
                    (i, clauses.Exists(clause => !clause.IsQuestion && Facts.Of(clause).Any()))
                );
            }
        }
        return own.OrderByDescending(each => each.Fact)
            .ThenByDescending(each => each.At)
            .Take(Math.Max(most, 8))
            .Select(each => each.At);
    }

    private static string Clipped(string sentence) => sentence.CutTo(500);

    [GeneratedRegex(
        @"^\W*(?:user|human|assistant|ai|bot|system|model)\b(?: said| asked| wrote)?\s*:\s*",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Speaker();

    [GeneratedRegex(
        @"^\W*(?:assistant|ai|bot|system|model|the assistant)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Assistant();

    [GeneratedRegex(@"^the user's ", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex UsersThing();

    [GeneratedRegex(@"^the user is ", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex UserIs();

    [GeneratedRegex(@"^the user has ", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex UserHas();

    [GeneratedRegex(@"^the user (?<verb>[a-z]+?)s ", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex UserDoes();
}
