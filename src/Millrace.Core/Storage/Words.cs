using System.Collections.Concurrent;
using System.Text.Json;

namespace Millrace.Core.Storage;

/// <summary>Enums are stored as snake_case words, so that a row can be read by a person and survives reordering.</summary>
internal static class Words
{
    private static readonly ConcurrentDictionary<Enum, string> Known = new();

    public static string Of(Enum value) =>
        Known.GetOrAdd(
            value,
            static word => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString())
        );

    public static T Parse<T>(string text)
        where T : struct, Enum => Table<T>.ByWord[text];

    private static class Table<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<string, T> ByWord = Enum.GetValues<T>()
            .ToDictionary(value => Of(value), StringComparer.Ordinal);
    }
}
