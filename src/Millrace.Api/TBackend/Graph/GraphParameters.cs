using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Api.TBackend.Bodies;
using Millrace.Knowledge.Graph;

namespace Millrace.Api.TBackend.Graph;

/// <summary>Reads a request's query; what is wrong with it is told at once. (t-backend §14.1)</summary>
internal sealed class GraphParameters(HttpRequest request, TimeProvider time)
{
    private const int LongestText = 2_000;
    private const int MostOffset = 1_000_000;

    private readonly Errors _errors = new();

    public int Limit(int usual, int most = 1_000) => Integer("limit", usual, 1, most);

    public int Offset() => Integer("offset", 0, 0, MostOffset);

    public int Depth(int usual, int most) => Integer("depth", usual, 0, most);

    public Moment Moment() => new(Time("at") ?? time.GetUtcNow(), Time("known_at"));

    public string? Text(string name)
    {
        var text = request.Query[name].LastOrDefault();
        if (text?.Length > LongestText)
            Wrong("string_too_long", name, $"String should have at most {LongestText} characters");
        return string.IsNullOrEmpty(text) ? null : text.Replace('\0', ' ');
    }

    public string Required(string name)
    {
        var text = Text(name);
        if (text is null)
            Wrong("missing", name, "Field required");
        return text ?? "";
    }

    public bool Flag(string name) =>
        Text(name)?.ToLowerInvariant() is "true" or "1" or "yes" or "on" or "y" or "t";

    /// <summary>Null when it is not given.</summary>
    public string? OneOf(string name, params string[] choices)
    {
        var word = Text(name);
        if (word is not null && !choices.Contains(word, StringComparer.Ordinal))
            Wrong("literal_error", name, $"Input should be {Choices.Sentence(choices)}");
        return word;
    }

    /// <exception cref="Unprocessable">A parameter does not match.</exception>
    public void Check() => _errors.ThrowIfAny();

    private DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
            return null;
        // An unescaped plus is a space by now.
        var parsed = GraphReader.ParseTime(text) ?? GraphReader.ParseTime(text.Replace(' ', '+'));
        if (parsed is not null)
            return parsed;
        Wrong("datetime_parsing", name, GraphReader.InvalidTime);
        return null;
    }

    private int Integer(string name, int usual, int least, int most)
    {
        if (Text(name) is not { } text)
            return usual;
        if (
            int.TryParse(
                text,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
            && number >= least
            && number <= most
        )
            return number;
        Wrong("int_range", name, $"Input should be an integer from {least} to {most}");
        return usual;
    }

    private void Wrong(string type, string name, string message) =>
        _errors.Add(
            type,
            ["query", name],
            message,
            Errors.Echo(request.Query[name].LastOrDefault() ?? "")
        );
}
