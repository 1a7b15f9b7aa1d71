using System.Text.Json;
using Millrace.Core.Text;

namespace Millrace.Bench.Searching;

/// <summary>A question and a stretch of the one document that answers it, as <c>Data/search/README.md</c> of the tests says.</summary>
internal sealed record LabelledQuestion(string Id, string Question, string Document, string Answer)
{
    public bool IsOdd => (Id[^1] - '0') % 2 == 1;

    public bool IsAnsweredBy(string text) =>
        Plain(text).Contains(Plain(Answer), StringComparison.Ordinal);

    private static string Plain(string text) =>
        $" {string.Join(' ', Terms.Of(text).Select(term => term.Key))} ";
}

/// <summary>A folder of documents with questions that they answer.</summary>
internal sealed class LabelledSet(string name)
{
    private readonly string _folder = Path.Combine(
        "tests/Millrace.Tests/Knowledge/Quality/Data",
        name
    );

    public string Name => name;

    public IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Path.Combine(_folder, "documents")).Order();

    public List<LabelledQuestion> Questions =>
        JsonSerializer.Deserialize<List<LabelledQuestion>>(
            File.ReadAllText(Path.Combine(_folder, "questions.json")),
            JsonSerializerOptions.Web
        )!;
}
