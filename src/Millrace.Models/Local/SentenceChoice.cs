using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>
/// Chooses the sentences that answer a question best, or none. What counts was fitted on the labelled questions with odd
/// ids (docs/performance.md, Quality): SearchQualityTests tells how each change of it fares.
/// </summary>
internal sealed class SentenceChoice(Meaning meaning, double abstainBelow)
{
    private const int MostCompared = 12;
    private const int MostQuoted = 2;
    private const double NearBest = 0.15;

    // What the order of sentences counts beside the cosine of question and sentence.
    private const double WordsCount = 1.75;
    private const double KindCounts = 0.65;
    private const double CountedCounts = 0.3;
    private const double OtherNameCosts = 0.6;
    private const double PlaceCosts = 0.04;
    private const int LastPlace = 5;

    // What the cosine is of a sentence's fit; the rest is what the sentence has of the question's words.
    private const double CosineShare = 0.75;

    // What is taken from the fit where a sentence can hardly be the answer.
    private const double NoneOfKindCosts = 0.15;
    private const double NothingCountedCosts = 0.1;
    private const double UnknownNameCosts = 0.1;

    /// <param name="question">What is asked.</param>
    /// <param name="passages">Those of the likeliest source first.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>In the order of the passages.</returns>
    public async ValueTask<List<Quotable>> BestAsync(
        Clause question,
        IReadOnlyList<Quotable> passages,
        CancellationToken cancellationToken
    )
    {
        var asked = new AskedWords(question.Plain, passages, meaning);
        var kind = new AnswerKind(question.Plain);
        if (asked.OnlyOneWithAll is { } only && kind.IsIn(only.Text))
            return [only];
        var names = new AskedNames(question.Text, passages);
        var candidates = Candidates(passages, asked, kind, names);
        var nearness = await meaning.NearnessAsync(
            question.Plain,
            [.. candidates.Select(each => Clipped(each.Passage.InContext))],
            cancellationToken
        );
        var best = candidates
            .Zip(nearness, (each, near) => each with { Near = near })
            .OrderByDescending(each => each.Near + each.Score)
            .Take(MostQuoted)
            .ToList();
        if (Fit(best[0]) < abstainBelow)
            return [];
        var least = best[0].Near + best[0].Score - NearBest;
        return
        [
            .. best.Where(each => each.Near + each.Score >= least && Fit(each) >= abstainBelow)
                .OrderBy(each => each.At)
                .Select(each => each.Passage),
        ];

        double Fit(Candidate each) =>
            (CosineShare * each.Near)
            + ((1 - CosineShare) * each.Telling)
            - (kind.IsSure && !each.IsOfKind ? NoneOfKindCosts : 0)
            - (each.Counts ? 0 : NothingCountedCosts)
            - (names.AreAllKnown ? 0 : UnknownNameCosts);
    }

    private List<Candidate> Candidates(
        IReadOnlyList<Quotable> passages,
        AskedWords asked,
        AnswerKind kind,
        AskedNames names
    )
    {
        var candidates = new List<Candidate>(passages.Count);
        var place = -1;
        RecalledPart? part = null;
        double[] named = [];
        for (var at = 0; at < passages.Count; at++)
        {
            var passage = passages[at];
            if (!ReferenceEquals(passage.Part, part))
            {
                part = passage.Part;
                place++;
                named = asked.NearestIn(SourceName.Of(part));
            }
            var nearest = asked.NearestIn(passage.InContext);
            var isOfKind = kind.IsIn(passage.Text);
            var counts = kind.Counts(passage.Text, meaning);
            var score =
                (WordsCount * asked.Share(i => Math.Max(nearest[i], named[i])))
                + (isOfKind ? KindCounts : 0)
                + (counts ? CountedCounts : 0)
                - (names.AreElsewhere(part) ? OtherNameCosts : 0)
                - (PlaceCosts * Math.Min(place, LastPlace));
            // What the source is named after says nothing about a single sentence of it.
            var telling = asked.Share(i => nearest[i], i => named[i] < 1);
            candidates.Add(new Candidate(passage, at, score, telling, isOfKind, counts));
        }
        return [.. candidates.OrderByDescending(each => each.Score).Take(MostCompared)];
    }

    private static string Clipped(string text) => text.CutTo(500);

    /// <param name="Score">What orders it, without the cosine.</param>
    /// <param name="Telling">What it has of the question's words that don't stand in its source's name.</param>
    private sealed record Candidate(
        Quotable Passage,
        int At,
        double Score,
        double Telling,
        bool IsOfKind,
        bool Counts
    )
    {
        /// <summary>The cosine of question and sentence.</summary>
        public double Near { get; init; }
    }
}
