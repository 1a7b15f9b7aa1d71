namespace Millrace.Models.Local;

/// <summary>
/// Something that the user told about themselves. <see cref="Told"/> is their sentence in the second person. Newer facts
/// of one topic replace older ones in answers, unless <see cref="IsOneOfMany"/>.
/// </summary>
internal sealed record Fact(string Topic, string Value, string Told, bool IsOneOfMany = false)
{
    private HashSet<string>? _words;

    public HashSet<string> Words => _words ??= Local.Words.Topic(Told);
}
