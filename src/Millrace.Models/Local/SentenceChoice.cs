using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>
/// Chooses the sentences that answer a question best, or none. What counts was fitted on the labelled questions with odd
/// ids and those to tune with (docs/performance.md, Quality): SearchQualityTests tells how each change of it fares.
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

    // What the cosine is of a sentence's nearness; the rest is what the sentence has of the question's words.
    private const double CosineShare = 0.75;

    // What is doubted apart need not be as near.
    private const double Leeway = 0.05;

    // What makes a near sentence a doubtful answer, and how much of it refuses. Of a question on the documents' own
    // subject every sentence is near, so that nearness tells least.
    private const double MostDoubt = 2.75;
    private const double NoneOfKindDoubt = 4;
    private const double UnnamedDoubt = 2;
    private const double UnknownNameDoubt = 1.6;
    private const double MissingWordDoubt = 0.5;
    private const int EnoughWords = 4;

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
        var isPointed = AskedForm.IsPointed(question.Plain);
        if (!Answers(best[0]))
            return [];
        var least = best[0].Near + best[0].Score - NearBest;
        return
        [
            .. best.Where(each => each.Near + each.Score >= least && Answers(each))
                .OrderBy(each => each.At)
                .Select(each => each.Passage),
        ];

        bool Answers(Candidate each) =>
            (CosineShare * each.Near) + ((1 - CosineShare) * each.Telling)
                >= abstainBelow - Leeway
            && Doubt(each) <= MostDoubt;

        double Doubt(Candidate each) =>
            (kind.IsSure && !each.IsOfKind ? NoneOfKindDoubt : 0)
            + (isPointed ? UnnamedDoubt * (1 - each.Exact) : 0)
            + (names.AreAllKnown ? 0 : UnknownNameDoubt)
            + (MissingWordDoubt * Math.Max(0, EnoughWords - each.Asked));
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
            var score =
                (WordsCount * asked.Share(i => Math.Max(nearest[i], named[i])))
                + (isOfKind ? KindCounts : 0)
                + (kind.Counts(passage.Text, meaning) ? CountedCounts : 0)
                - (names.AreElsewhere(part) ? OtherNameCosts : 0)
                - (PlaceCosts * Math.Min(place, LastPlace));
            // What the source is named after says nothing about a single sentence of it.
            Func<int, bool> isTelling = i => named[i] < 1;
            candidates.Add(
                new Candidate(passage, at, score, isOfKind)
                {
                    Asked = asked.Count(isTelling),
                    Telling = asked.Share(i => nearest[i], isTelling),
                    Exact = asked.Share(i => nearest[i] >= 1 ? 1 : 0, isTelling),
                }
            );
        }
        return [.. candidates.OrderByDescending(each => each.Score).Take(MostCompared)];
    }

    private static string Clipped(string text) => text.CutTo(500);

    /// <param name="Score">What orders it, without the cosine.</param>
    private sealed record Candidate(Quotable Passage, int At, double Score, bool IsOfKind)
    {
        /// <summary>How many words of the question don't stand in its source's name.</summary>
        public required int Asked { get; init; }

        /// <summary>What it has of them, words that are near counted in part.</summary>
        public required double Telling { get; init; }

        /// <summary>What it has of them as they are.</summary>
        public required double Exact { get; init; }

        /// <summary>The cosine of question and sentence.</summary>
        public double Near { get; init; }
    }
}
