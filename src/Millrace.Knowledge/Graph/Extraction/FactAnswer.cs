using System.Globalization;
using System.Text.Json;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>
/// Reads a language model's answer to <see cref="FactPrompt"/>. A fact whose evidence is not in the text word for word,
/// or whose names neither stand there nor are known, was invented and is dropped.
/// </summary>
internal static class FactAnswer
{
    private const int MostFacts = 50;
    private const int LongestName = 200;
    private const int LongestPredicate = 60;
    private const double Sureness = 0.9;

    private static readonly string[] Types = ["person", "organization", "place"];
    private static readonly string[] DateForms = ["yyyy-MM-dd", "yyyy-MM", "yyyy"];

    /// <summary>What ends first, so that what begins in its place finds it ended. Null when it is not the object that was asked for.</summary>
    public static List<NewFact>? Read(string answer, FactText text)
    {
        var from = answer.IndexOf('{', StringComparison.Ordinal);
        var until = answer.LastIndexOf('}');
        if (from < 0 || until < from)
            return null;
        try
        {
            using var json = JsonDocument.Parse(answer.AsMemory(from, until - from + 1));
            if (
                !json.RootElement.TryGetProperty("facts", out var list)
                || list.ValueKind is not JsonValueKind.Array
            )
                return null;
            var facts = list.EnumerateArray()
                .Take(MostFacts)
                .Select(item => Fact(item, text))
                .OfType<NewFact>()
                .OrderBy(fact => fact.Ends ? 0 : 1)
                .ToList();
            return Worded(facts, text.Author);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static NewFact? Fact(JsonElement item, FactText text)
    {
        var change = Word(item, "change") ?? "tells";
        var earlier = Earlier(item, text.Known);
        if (
            change is not ("tells" or "ends" or "corrects")
            || change is "corrects" && earlier is null
            || Name(item, "subject") is not { } subject
            || Name(item, "object") is not { } other
            || Name(item, "predicate") is not { } word
            || Predicates.Of(word) is not { Length: <= LongestPredicate } predicate
            || Evidence(item, text.Text) is not { } evidence
            || !IsNamed(subject, text) && !text.Known.Any(one => Same(subject, one.Subject))
            || !IsNamed(other, text) && !(change is not "tells" && Same(other, earlier?.Object))
        )
            return null;
        var (from, to) = (Date(item, "valid_from"), Date(item, "valid_to"));
        if (from >= to)
            return null;
        var fact = new NewFact
        {
            Text = evidence,
            Subject = subject,
            SubjectType = TypeOf(item, "subject_type"),
            Predicate = predicate,
            Object = other,
            ObjectType = TypeOf(item, "object_type"),
            ValidFrom = from,
            ValidTo = to,
            Confidence = Sureness,
            Evidence = evidence,
            Rule = "model",
        };
        return change switch
        {
            "ends" => fact with
            {
                Ends = true,
                ValidFrom = null,
                ValidTo = to ?? from ?? text.SaidAt,
            },
            "corrects" => fact with
            {
                Corrects = earlier!.Id,
                // It may have been told of somebody else.
                Subject = Stands(subject, text.Text) ? subject : earlier.Subject,
                Predicate = earlier.Predicate,
                ValidFrom = from ?? earlier.From,
                IsOnly = true,
            },
            _ when from is null && to is null && IsKnown(fact, text) => null,
            _ => fact with
            {
                ValidFrom = from ?? (to <= text.SaidAt ? null : text.SaidAt),
                IsOnly = IsSet(item, "single"),
            },
        };
    }

    /// <summary>
    /// Each with its evidence as its text where that alone says it; else with the relation in words, since a graph keeps no
    /// text twice and "she joined them" tells nobody anything.
    /// </summary>
    private static List<NewFact> Worded(List<NewFact> facts, string? author) =>
        facts.ConvertAll(fact =>
            fact.Corrects is null
            && facts.Count(other => other.Text == fact.Text) == 1
            && Stands(fact.Object!, fact.Text)
            && (Same(fact.Subject!, author) || Stands(fact.Subject!, fact.Text))
                ? fact
                : fact with
                {
                    Text = $"{fact.Subject} {fact.Predicate!.Replace('_', ' ')} {fact.Object}",
                }
        );

    /// <summary>The words that a fact rests on, as they stand in the text; null when they don't.</summary>
    private static string? Evidence(JsonElement item, string text) =>
        Word(item, "evidence") is not { Length: > 0 } quoted ? null
        : text.Contains(quoted, StringComparison.Ordinal) ? quoted
        : FactPrompt.Unescaped(quoted) is var plain
        && text.Contains(plain, StringComparison.Ordinal)
            ? plain
        : null;

    private static bool IsKnown(NewFact fact, FactText text) =>
        text.Known.Any(one =>
            one.IsSoAt(text.SaidAt)
            && Same(one.Subject, fact.Subject)
            && one.Predicate == fact.Predicate
            && Same(one.Object, fact.Object)
        );

    /// <summary>Whether a name stands in the text, or a part of it by which somebody known is named there.</summary>
    private static bool IsNamed(string name, FactText text) =>
        Stands(name, text.Text)
        || Same(name, text.Author)
        || text.Known.Any(one => Same(name, one.Subject) || Same(name, one.Object))
            && name.Split(' ').Any(part => part.Length > 1 && Stands(part, text.Text));

    private static bool Same(string? one, string? other) =>
        one is not null && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a text has these words, and not only letters inside others.</summary>
    private static bool Stands(string words, string text)
    {
        for (
            var at = text.IndexOf(words, StringComparison.OrdinalIgnoreCase);
            at >= 0;
            at = text.IndexOf(words, at + 1, StringComparison.OrdinalIgnoreCase)
        )
        {
            var end = at + words.Length;
            if (
                !(at > 0 && IsWithin(text[at - 1], words[0]))
                && !(end < text.Length && IsWithin(words[^1], text[end]))
            )
                return true;
        }
        return false;
    }

    // Scripts without spaces have no edges of words.
    private static bool IsWithin(char before, char after) =>
        char.IsLetterOrDigit(before)
        && char.IsLetterOrDigit(after)
        && char.GetUnicodeCategory(after) is not UnicodeCategory.OtherLetter;

    private static Known? Earlier(JsonElement item, IReadOnlyList<Known> known) =>
        item.ValueKind is JsonValueKind.Object
        && item.TryGetProperty("earlier", out var value)
        && value.ValueKind is JsonValueKind.Number
        && value.TryGetInt32(out var number)
        && number >= 1
        && number <= known.Count
            ? known[number - 1]
            : null;

    private static string TypeOf(JsonElement item, string name) =>
        Word(item, name) is { } type && Types.Contains(type, StringComparer.Ordinal) ? type : "";

    private static DateTimeOffset? Date(JsonElement item, string name) =>
        DateTimeOffset.TryParseExact(
            Word(item, name),
            DateForms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var date
        )
            ? date
            : null;

    private static bool IsSet(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    private static string? Name(JsonElement item, string name) =>
        Word(item, name) is { Length: > 0 and <= LongestName } word ? word : null;

    private static string? Word(JsonElement item, string name) =>
        item.ValueKind is JsonValueKind.Object
        && item.TryGetProperty(name, out var value)
        && value.ValueKind is JsonValueKind.String
            ? value.GetString()!.Trim()
            : null;
}
