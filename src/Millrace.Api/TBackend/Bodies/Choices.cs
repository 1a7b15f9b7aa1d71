namespace Millrace.Api.TBackend.Bodies;

internal static class Choices
{
    /// <summary><c>'json', 'text' or 'ndjson'</c>.</summary>
    public static string Sentence(IEnumerable<string> names)
    {
        var quoted = names.Select(name => $"'{name}'").ToList();
        return quoted.Count == 1
            ? quoted[0]
            : $"{string.Join(", ", quoted.SkipLast(1))} or {quoted[^1]}";
    }
}
