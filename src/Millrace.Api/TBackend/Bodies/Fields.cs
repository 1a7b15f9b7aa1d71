using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Api.Shared.Bodies;

namespace Millrace.Api.TBackend.Bodies;

/// <summary>
/// Reads a body's fields by the original's rules: numbers and booleans also as strings, text counted in code points,
/// null as absent. What is wrong is gathered; read everything, then call <see cref="Errors.ThrowIfAny"/>. (t-backend §6.1, §7, §21)
/// </summary>
internal sealed class Fields(JsonBody body, Errors errors, params JsonNode[] at)
{
    // Of lists of names: more is no list that somebody wrote.
    private const int MostItems = 1000;
    private const int LongestItem = 4096;

    // Of what is a number, a flag or one of some words, however it is written.
    private const int LongestWord = 400;

    public string RequiredText(string name, int longest)
    {
        if (body.Has(name))
            return body.Find(name) is null ? NotText(name, default) : Text(name, longest) ?? "";
        errors.Add("missing", At(name), "Field required", new JsonObject());
        return "";
    }

    /// <summary>Text of 1 to <paramref name="longest"/> code points.</summary>
    public string? Text(string name, int longest, int shortest = 1)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.String)
            return NotText(name, field);
        // A code point is at most two escapes of six bytes; what is longer than that allows is not worth copying.
        if (field.Raw.Length > longest * 12L + 2)
        {
            TooLong(name, longest);
            return null;
        }
        var text = Unquote(field);
        var length = CodePoints(text);
        if (length < shortest)
            TooShort(name, shortest);
        else if (length > longest)
            TooLong(name, longest);
        else if (text.Contains('\0'))
            Wrong(
                name,
                field,
                "value_error",
                "Value error, text must not hold the character U+0000"
            );
        return text;
    }

    /// <summary>A string as it stands in the body, without its quotes; copied only when it holds escapes.</summary>
    public ReadOnlyMemory<byte>? RawText(string name)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.String)
        {
            NotText(name, field);
            return null;
        }
        return field.Raw.Span.Contains((byte)'\\') ? Unescaped(field) : field.Raw[1..^1];
    }

    public bool? Flag(string name)
    {
        if (body.Find(name) is not { } field)
            return null;
        var word = Word(field)?.ToLowerInvariant();
        if (word is "true" or "1" or "1.0" or "on" or "yes" or "y" or "t")
            return true;
        if (word is "false" or "0" or "0.0" or "off" or "no" or "n" or "f")
            return false;
        if (word is null)
            Wrong(name, field, "bool_type", "Input should be a valid boolean");
        else
            Wrong(
                name,
                field,
                "bool_parsing",
                "Input should be a valid boolean, unable to interpret input"
            );
        return null;
    }

    public int? Integer(string name, int least, int most)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (Number(name, field, "int", "integer") is not { } number)
            return null;
        if (number != Math.Floor(number))
            Wrong(
                name,
                field,
                "int_from_float",
                "Input should be a valid integer, got a number with a fractional part"
            );
        else if (InRange(name, field, number, least, most))
            return (int)number;
        return null;
    }

    public float? Float(string name, double least, double most)
    {
        if (body.Find(name) is not { } field)
            return null;
        return
            Number(name, field, "float", "number") is { } number
            && InRange(name, field, number, least, most)
            ? (float)number
            : null;
    }

    public T? OneOf<T>(string name, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        if (body.Find(name) is not { } field)
            return null;
        if (
            field.Kind == JsonTokenType.String
            && field.Raw.Length <= LongestWord
            && choices.TryGetValue(Unquote(field), out var chosen)
        )
            return chosen;
        var expected = Choices.Sentence(choices.Keys);
        Wrong(
            name,
            field,
            "literal_error",
            $"Input should be {expected}",
            new JsonObject { ["expected"] = expected }
        );
        return null;
    }

    /// <summary>An object of at most <paramref name="largest"/> bytes: parsed, it takes several times as many.</summary>
    public JsonElement? Object(string name, int largest)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.StartObject)
            Wrong(name, field, "dict_type", "Input should be a valid dictionary");
        else if (field.Raw.Length > largest)
            Wrong(
                name,
                field,
                "too_long",
                $"Dictionary should have at most {largest} bytes",
                new JsonObject { ["max_length"] = largest }
            );
        else if (field.IsTooDeepToKeep)
            Wrong(
                name,
                field,
                "too_long",
                $"Dictionary should have at most {JsonField.DeepestKept} levels",
                new JsonObject { ["max_length"] = JsonField.DeepestKept }
            );
        else
            return JsonElement.Parse(field.Raw.Span);
        return null;
    }

    public IReadOnlyList<string>? Texts(string name, int most = MostItems)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.StartArray)
        {
            Wrong(name, field, "list_type", "Input should be a valid list");
            return null;
        }
        var texts = new List<string>();
        var reader = new Utf8JsonReader(field.Raw.Span);
        reader.Read();
        for (
            var position = 0;
            reader.Read() && reader.TokenType != JsonTokenType.EndArray;
            position++
        )
        {
            if (!IsWithin(name, field, position, most))
                return null;
            if (Item(ref reader) is { } text)
                texts.Add(text);
            else
                errors.Add(
                    "string_type",
                    [.. At(name), position],
                    "Input should be a valid string",
                    null
                );
            reader.Skip();
        }
        return texts;
    }

    /// <summary>The fields of an object in this one.</summary>
    public Fields? Inner(string name)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind == JsonTokenType.StartObject)
            return new Fields(JsonBody.Parse(field.Raw, Errors.OfBody), errors, At(name));
        Wrong(name, field, "dict_type", "Input should be a valid dictionary");
        return null;
    }

    /// <summary>A list of names, or an object of names that are switched on and off.</summary>
    public IReadOnlyList<string>? Names(string name)
    {
        if (body.Find(name) is not { Kind: JsonTokenType.StartObject } field)
            return Texts(name);
        var chosen = new List<string>();
        var reader = new Utf8JsonReader(field.Raw.Span);
        reader.Read();
        for (var count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndObject; count++)
        {
            if (!IsWithin(name, field, count, MostItems))
                return null;
            var item = Item(ref reader) ?? "…";
            reader.Read();
            if (reader.TokenType == JsonTokenType.True)
                chosen.Add(item);
            else if (reader.TokenType != JsonTokenType.False)
                errors.Add(
                    "bool_type",
                    [.. At(name), item],
                    "Input should be a valid boolean",
                    null
                );
            reader.Skip();
        }
        return chosen;
    }

    /// <summary>Adds an error about a field of the body.</summary>
    public void Wrong(
        string name,
        JsonField? field,
        string type,
        string message,
        JsonObject? limits = null
    ) =>
        errors.Add(
            type,
            At(name),
            message,
            field is { } value ? Errors.Echo(value.Raw.Span, value.Kind) : null,
            limits
        );

    private bool IsWithin(string name, JsonField field, int count, int most)
    {
        if (count < most)
            return true;
        Wrong(
            name,
            field,
            "too_long",
            $"List should have at most {most} items",
            new JsonObject { ["max_length"] = most }
        );
        return false;
    }

    /// <summary>A name in a list; null for what is none.</summary>
    private static string? Item(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
        && reader.ValueSpan.Length <= LongestItem
            ? reader.GetString()
            : null;

    private double? Number(string name, JsonField field, string type, string word)
    {
        var text = field.Kind is JsonTokenType.Number or JsonTokenType.String ? Word(field) : null;
        if (text is null)
        {
            Wrong(name, field, $"{type}_type", $"Input should be a valid {word}");
            return null;
        }
        if (
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        )
        {
            Wrong(
                name,
                field,
                $"{type}_parsing",
                $"Input should be a valid {word}, unable to parse string as {(type == "int" ? "an integer" : "a number")}"
            );
            return null;
        }
        if (double.IsFinite(number))
            return number;
        Wrong(name, field, "finite_number", "Input should be a finite number");
        return null;
    }

    private bool InRange(string name, JsonField field, double number, double least, double most)
    {
        if (number < least)
            Wrong(
                name,
                field,
                "greater_than_equal",
                $"Input should be greater than or equal to {least}",
                new JsonObject { ["ge"] = least }
            );
        else if (number > most)
            Wrong(
                name,
                field,
                "less_than_equal",
                $"Input should be less than or equal to {most}",
                new JsonObject { ["le"] = most }
            );
        return number >= least && number <= most;
    }

    private JsonNode[] At(string name) => [.. at, name];

    private string NotText(string name, JsonField? field)
    {
        Wrong(name, field, "string_type", "Input should be a valid string");
        return "";
    }

    private void TooShort(string name, int shortest) =>
        errors.Add(
            "string_too_short",
            At(name),
            $"String should have at least {Characters(shortest)}",
            "",
            new JsonObject { ["min_length"] = shortest }
        );

    private void TooLong(string name, int longest) =>
        errors.Add(
            "string_too_long",
            At(name),
            $"String should have at most {Characters(longest)}",
            "…",
            new JsonObject { ["max_length"] = longest }
        );

    private static string Characters(int count) =>
        count == 1 ? "1 character" : $"{count} characters";

    /// <summary>A scalar as text; null for what is none, or none of any use.</summary>
    private static string? Word(JsonField field) =>
        field.Kind switch
        {
            _ when field.Raw.Length > LongestWord => null,
            JsonTokenType.String => Unquote(field).Trim(),
            JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False =>
                Encoding.UTF8.GetString(field.Raw.Span),
            _ => null,
        };

    private static string Unquote(JsonField field)
    {
        var reader = new Utf8JsonReader(field.Raw.Span);
        reader.Read();
        return reader.GetString()!;
    }

    private static ReadOnlyMemory<byte> Unescaped(JsonField field)
    {
        var reader = new Utf8JsonReader(field.Raw.Span);
        reader.Read();
        var text = GC.AllocateUninitializedArray<byte>(field.Raw.Length);
        return text.AsMemory(0, reader.CopyString(text));
    }

    private static int CodePoints(string text)
    {
        var count = text.Length;
        foreach (var unit in text)
            if (char.IsLowSurrogate(unit))
                count--;
        return count;
    }
}
