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
internal static class SearchSet
{
    private static readonly string Folder = Path.Combine(
        AppContext.BaseDirectory,
        "Knowledge/Quality/Data/search"
    );

    public static IReadOnlyList<LabelledQuestion> Answerable { get; } = Read("questions.json");

    public static IReadOnlyList<LabelledQuestion> Unanswerable { get; } = Read("unanswerable.json");

    public static IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Path.Combine(Folder, "documents")).Order();

    private static List<LabelledQuestion> Read(string file) =>
        JsonSerializer.Deserialize<List<LabelledQuestion>>(
            File.ReadAllText(Path.Combine(Folder, file)),
            JsonSerializerOptions.Web
        )!;
}
