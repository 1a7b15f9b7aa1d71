using System.Diagnostics;
using Millrace.Bench.Ingesting;
using Millrace.Bench.Measuring;
using Millrace.Core.Ids;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Search;
using Millrace.Models.Embedded;

namespace Millrace.Bench.Searching;

/// <summary>
/// Finds the weights by which the best passages are ordered: those with the highest mean reciprocal rank of the answer.
/// What they bring is measured in turns on a fifth of the documents that they were not found on. The questions of the
/// report, which have even ids, are left out of all of it.
/// </summary>
internal static class RerankBench
{
    private const int Folds = 5;

    private static readonly List<CloseWeights> Grid =
    [
        .. from meaning in new[] { 0.5, 0.75, 1, 1.25, 1.5, 2 }
        from otherName in new[] { 0, 0.1, 0.15, 0.2, 0.25, 0.3 }
        select new CloseWeights(meaning, otherName),
    ];

    public static async Task<int> RunAsync()
    {
        using var scratch = new Scratch();
        await using var library = await Library.OpenAsync(scratch.Path, embedded => embedded);
        var asked = new List<Asked>();
        foreach (var name in new[] { "search", "search-dev", "search-more" })
        {
            var set = new LabelledSet(name);
            foreach (var path in set.Documents)
            {
                await using var content = File.OpenRead(path);
                await library.ReadAsync(new NewFile(Path.GetFileName(path), null), content);
            }
            foreach (var question in set.Questions.Where(one => name != "search" || one.IsOdd))
                asked.Add(await AskAsync(library, name, question));
        }

        var documents = asked.Select(one => one.Document).Distinct().ToList();
        var unseen = Enumerable
            .Range(0, Folds)
            .SelectMany(fold =>
            {
                var apart = asked.ToLookup(one => documents.IndexOf(one.Document) % Folds == fold);
                var best = BestOn(apart[false]);
                return apart[true].Select(one => (one.Set, Rank: one.Ranks[best]));
            })
            .ToList();
        var report = new Report("rerank", "questions", "count", "hit@1", "hit@3", "first look");
        foreach (var set in asked.Select(one => one.Set).Distinct().Append("all"))
        {
            var ranks = unseen.Where(one => set == "all" || one.Set == set).ToList();
            var before = asked.Where(one => set == "all" || one.Set == set).ToList();
            report.Row(
                set,
                ranks.Count,
                ranks.Average(one => one.Rank < 1 ? 1.0 : 0),
                ranks.Average(one => one.Rank < 3 ? 1.0 : 0),
                before.Average(one => one.RankBefore < 1 ? 1.0 : 0)
            );
        }
        var found = Grid[BestOn(asked)];
        report.PrintTable();
        report
            .Result("hit_at_1", unseen.Average(one => one.Rank < 1 ? 1.0 : 0))
            .Result("meaning", found.Meaning)
            .Result("other_name", found.OtherName)
            .Result("ms_a_question", asked.Average(one => one.Took.TotalMilliseconds))
            .Print();
        return 0;
    }

    private static int BestOn(IEnumerable<Asked> asked) =>
        Enumerable
            .Range(0, Grid.Count)
            .MaxBy(weights => asked.Sum(one => 1.0 / (1 + one.Ranks[weights])));

    private static async Task<Asked> AskAsync(
        Library library,
        string set,
        LabelledQuestion question
    )
    {
        var search = library.Services.GetRequiredService<DocumentSearch>();
        var nearness = library.Services.GetRequiredService<WordNearness>();
        var (chunks, documents) = await search.CandidatesAsync(
            new DocumentQuery(library.Workspace, question.Question),
            CancellationToken.None
        );
        var answering = chunks.Where(chunk => question.IsAnsweredBy(chunk.Text)).ToHashSet();
        var first = new Relevance(question.Question, chunks, documents, nearness, Grid[0]);
        var before = chunks
            .OrderByDescending(chunk => first.Of(chunk, documents[chunk.Document]))
            .ToList();
        var began = Stopwatch.GetTimestamp();
        var ranks = Grid.ConvertAll(weights =>
            DocumentSearch
                .Ordered(
                    chunks,
                    documents,
                    new Relevance(question.Question, chunks, documents, nearness, weights)
                )
                .Select(ranked => ranked.Chunk)
                .TakeWhile(chunk => !answering.Contains(chunk))
                .Count()
        );
        return new Asked(
            set,
            question.Document,
            before.TakeWhile(chunk => !answering.Contains(chunk)).Count(),
            ranks,
            Stopwatch.GetElapsedTime(began) / Grid.Count
        );
    }

    /// <param name="RankBefore">How many passages stand before the answer's without a closer look.</param>
    /// <param name="Ranks">The same with each of the weights.</param>
    /// <param name="Took">What ordering took once.</param>
    private sealed record Asked(
        string Set,
        string Document,
        int RankBefore,
        List<int> Ranks,
        TimeSpan Took
    );
}
