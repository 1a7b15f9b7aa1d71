using System.Globalization;
using Millrace.Knowledge.Search;
using Millrace.Models.Local;

namespace Millrace.Agents.Chat;

/// <summary>What the caller's documents say to a message.</summary>
/// <param name="Passages">The best first.</param>
/// <param name="Instruction">What a model is told of them; empty when there is nothing to tell.</param>
/// <param name="WasSearched">Whether the search is to be counted: it found something, or was asked for by store.</param>
internal sealed record Ground(IReadOnlyList<Passage> Passages, string Instruction, bool WasSearched)
{
    public static Ground None { get; } = new([], "", WasSearched: false);
}

/// <summary>Finds passages of documents that a turn may be answered from. (t-backend §9.1, §12.7)</summary>
internal sealed class Grounding(DocumentSearch search)
{
    /// <summary>The name under which the search is counted, and by which a caller switches it off.</summary>
    public const string Tool = "file_search";

    private const int Most = 6;

    // Where the best passage has less, the documents are about other things: of the labelled questions, one in ten that
    // is about something else reaches it, and nine in ten that are answered.
    private const double LeastScore = 0.25;

    // What fits so much less than the best says something else.
    private const double NearBest = 0.4;

    private const string Found =
        "\n\nPassages of the user's documents are among the data. Where they answer the question, answer from them and name the file after what you take from it, such as (from handbook.pdf, page 3). Where they don't, say that the documents don't answer it.";

    private const string NothingFits =
        "\n\nThe user's documents were searched, and nothing in them fits the question: say so, and don't answer as if from them.";

    public async Task<Ground> FindAsync(TurnRequest request, CancellationToken cancellation)
    {
        if (request.Stores is { Count: 0 } || request.Tools?.Contains(Tool) == false)
            return Ground.None;
        var found = await search.SearchAsync(
            new DocumentQuery(request.Principal.Workspace, request.Message)
            {
                Stores = request.Stores,
                Most = Most,
            },
            cancellation
        );
        if (found.Count > 0 && found[0].Score >= LeastScore)
            return new Ground(
                [
                    .. found
                        .Where(chunk => chunk.Score >= NearBest * found[0].Score)
                        .Select(PassageOf),
                ],
                Found,
                WasSearched: true
            );
        return request.Stores is null
            ? Ground.None
            : new Ground([], NothingFits, WasSearched: true);
    }

    private static Passage PassageOf(FoundChunk chunk) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"{chunk.FileId}:{chunk.Number}"),
            chunk.FileName,
            (int?)chunk.Page,
            chunk.Text
        );
}
