using System.Collections.Frozen;

namespace Millrace.Models.Local;

/// <summary>A tool, and how probable it is that a request asks for it.</summary>
internal sealed record ToolCandidate(ToolSchema Tool, double Probability, bool IsReady);

/// <summary>Ranks the tools of a request by what is asked: by words, by meaning, and by the arguments that it brings.</summary>
internal sealed class ToolChoice(Meaning meaning, Calendar calendar)
{
    private const int MostWeighed = 16;

    // Verbs in the names of tools say little about what the tool is for.
    private static readonly FrozenSet<string> Verbs = FrozenSet.ToFrozenSet(
        "creat set find search send look lookup fetch add updat delet list check mak tak run current get start show".Split(
            ' '
        )
    );

    /// <summary>The most probable first. Of many tools only those that are near at first sight are weighed.</summary>
    public async ValueTask<List<ToolCandidate>> RankAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var asked = await AskedAsync(clause, cancellationToken);
        var scored = new List<(ToolSchema Tool, double Score, bool IsReady)>();
        foreach (var tool in await NearAsync(asked, request.ToolSchemas, cancellationToken))
        {
            var filled = Slots.Fill(tool, clause, request, calendar.Today);
            var fit = await FitAsync(asked, tool, filled, request.ToolSchemas, cancellationToken);
            scored.Add((tool, fit.Score, filled.Missing.Count == 0));
        }
        var none = Meaning.IsKnown(asked.Whole) ? ToolFit.ScoreOfNone : ToolFit.ScoreOfNoneByWords;
        var all = scored.Sum(each => Math.Exp(each.Score)) + Math.Exp(none);
        return
        [
            .. scored
                .Select(each => new ToolCandidate(
                    each.Tool,
                    Math.Exp(each.Score) / all,
                    each.IsReady
                ))
                .OrderByDescending(each => each.Probability),
        ];
    }

    private sealed record Asked(
        HashSet<string> Topic,
        ReadOnlyMemory<float> Whole,
        ReadOnlyMemory<float> Bare,
        ReadOnlyMemory<float>[] Words
    );

    private async ValueTask<Asked> AskedAsync(Clause clause, CancellationToken cancellationToken)
    {
        var bare = Findings.Without(clause.Plain);
        string[] texts = [clause.Plain, bare, .. Telling(bare)];
        var vectors = await meaning.VectorsAsync(texts, keep: false, cancellationToken);
        return new Asked(clause.Topic, vectors[0], vectors[1], vectors[2..]);
    }

    private async ValueTask<IReadOnlyList<ToolSchema>> NearAsync(
        Asked asked,
        IReadOnlyList<ToolSchema> tools,
        CancellationToken cancellationToken
    )
    {
        if (tools.Count <= MostWeighed)
        {
            return tools;
        }
        var gists = await meaning.VectorsAsync(
            [.. tools.Select(tool => tool.Gist)],
            keep: true,
            cancellationToken
        );
        return
        [
            .. tools
                .Zip(gists)
                .OrderByDescending(each =>
                    Math.Max(
                        Meaning.Cosine(asked.Whole, each.Second),
                        Meaning.Cosine(asked.Bare, each.Second)
                    ) + (0.2 * Shared(asked.Topic, each.First, tools))
                )
                .Take(MostWeighed)
                .Select(each => each.First),
        ];
    }

    private async ValueTask<ToolFit> FitAsync(
        Asked asked,
        ToolSchema tool,
        Slots.Filled filled,
        IReadOnlyList<ToolSchema> tools,
        CancellationToken cancellationToken
    )
    {
        var phrases = await KnownAsync(tool.Phrases, cancellationToken);
        var words = await KnownAsync(Telling(string.Join(' ', tool.Phrases)), cancellationToken);
        var name = await KnownAsync(Telling(ToolSchema.Spaced(tool.Name)), cancellationToken);
        var required = tool.Slots.Count(slot => slot.IsRequired);
        return new ToolFit(
            Nearest(asked.Whole, phrases),
            Nearest(asked.Bare, phrases),
            asked.Words.Select(word => Nearest(word, words)).DefaultIfEmpty(0).Max(),
            asked.Words.Select(word => Nearest(word, name)).DefaultIfEmpty(0).Max(),
            Math.Min(2, Shared(asked.Topic, tool, tools)),
            Evidence(tool, filled),
            required == 0 ? 0 : filled.Missing.Count / (double)required
        );
    }

    private ValueTask<ReadOnlyMemory<float>[]> KnownAsync(
        IReadOnlyList<string> texts,
        CancellationToken cancellationToken
    ) => meaning.VectorsAsync(texts, keep: true, cancellationToken);

    private static double Nearest(ReadOnlyMemory<float> one, ReadOnlyMemory<float>[] many) =>
        many.Select(each => (double)Meaning.Cosine(one, each)).DefaultIfEmpty(0).Max();

    private static double Shared(
        HashSet<string> asked,
        ToolSchema tool,
        IReadOnlyList<ToolSchema> tools
    ) =>
        asked
            .Where(stem => Has(tool, stem))
            .Sum(stem => 1.0 / tools.Count(other => Has(other, stem)));

    // "remind" is in "reminder", and "invoicing" begins as "invoice" does.
    private static bool Has(ToolSchema tool, string stem) =>
        tool.AllWords.Contains(stem)
        || (
            stem.Length >= 5
            && tool.AllWords.Any(own =>
                own.Length >= 5
                && (
                    own.StartsWith(stem, StringComparison.Ordinal)
                    || stem.StartsWith(own, StringComparison.Ordinal)
                )
            )
        );

    private static int Evidence(ToolSchema tool, Slots.Filled filled)
    {
        if (filled.Missing.Count > 0)
        {
            return 0;
        }
        var own = tool.Slots.Where(slot => slot.IsRequired && slot.IsOfOwnForm).ToList();
        return own.Exists(slot => slot.Format == "email") ? 3 : Math.Min(3, own.Count);
    }

    private static string[] Telling(string text) =>
        [
            .. Words
                .Of(text)
                .Where(word =>
                    word.Length > 2 && Words.Topic(word).Any(stem => !Verbs.Contains(stem))
                )
                .Distinct(),
        ];
}
