using System.Text.Json;
using Millrace.Core.Text;

namespace Millrace.Tests.Knowledge.Quality;

/// <summary>A labelled question; without an answer it is one that no document answers.</summary>
internal sealed record LabelledQuestion(
    string Id,
    string Question,
    string Kind,
    string? Document,
    string? Answer
)
{
    /// <summary>Odd ones may be tuned on, even ones are only reported.</summary>
    public bool IsOdd => (Id[^1] - '0') % 2 == 1;

    /// <summary>Whether a text holds the answer, whatever stands between its words.</summary>
    public bool IsAnsweredBy(string text) =>
        Answer is not null && Plain(text).Contains(Plain(Answer), StringComparison.Ordinal);

    private static string Plain(string text) =>
        $" {string.Join(' ', Terms.Of(text).Select(term => term.Key))} ";
}

/// <summary>Documents with questions that they answer, and questions that they don't.</summary>
internal sealed class SearchSet(string folder)
{
    private readonly string _folder = Path.Combine(
        AppContext.BaseDirectory,
        "Knowledge/Quality/Data",
        folder
    );

    /// <summary>What is reported: its odd ids may be tuned on, its even ones may not.</summary>
    public static SearchSet Labelled { get; } = new("search");

    /// <summary>What may be tuned on as a whole.</summary>
    public static SearchSet ToTuneWith { get; } = new("search-dev");

    /// <inheritdoc cref="ToTuneWith"/>
    public static SearchSet MoreToTuneWith { get; } = new("search-more");

    public IReadOnlyList<LabelledQuestion> Answerable => Read("questions.json");

    public IReadOnlyList<LabelledQuestion> Unanswerable => Read("unanswerable.json");

    public IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Path.Combine(_folder, "documents")).Order();

    private List<LabelledQuestion> Read(string file) =>
        JsonSerializer.Deserialize<List<LabelledQuestion>>(
            File.ReadAllText(Path.Combine(_folder, file)),
            JsonSerializerOptions.Web
        )!;
}
