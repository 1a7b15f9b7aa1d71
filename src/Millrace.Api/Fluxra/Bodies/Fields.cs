using System.Text;
using System.Text.Json;
using Millrace.Api.Shared.Bodies;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Bodies;

/// <summary>
/// Reads a body's fields: each of its JSON type and no other, text counted in code points, null as absent, except where
/// a change may clear. What is wrong is gathered; read everything, then throw. (fluxra §1)
/// </summary>
internal sealed class Fields(JsonBody body, FieldErrors errors, string prefix = "")
{
    public FieldErrors Errors => errors;

    /// <summary>Whether the field is there, if only as null.</summary>
    public bool IsGiven(string name) => body.Has(name);

    /// <summary>Whether the field has a value.</summary>
    public bool Has(string name) => body.Find(name) is not null;

    /// <summary>Whether the field is this text, where anything else is no fault.</summary>
    public bool Is(string name, string text) =>
        body.Find(name) is { Kind: JsonTokenType.String } field && Unquote(field) == text;

    /// <summary>Of names for one field, the first that is there; else the first.</summary>
    public string Named(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (body.Find(name) is not null)
                return name;
        return names[0];
    }

    public void Refuse(string name, string reason) => errors.Add(prefix + name, reason);

    /// <summary>Text of <paramref name="shortest"/> to <paramref name="longest"/> code points.</summary>
    public string? Text(string name, int longest, int shortest = 0)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.String)
        {
            Refuse(name, FieldErrors.WrongType);
            return null;
        }
        // A code point is at most two escapes of six bytes; what is longer than that allows is not worth copying.
        var text = field.Raw.Length > longest * 12L + 2 ? null : Unquote(field);
        var length = text is null ? int.MaxValue : CodePoints(text);
        if (length > longest)
            Refuse(name, FieldErrors.TooLong);
        else if (length < shortest)
            Refuse(name, FieldErrors.TooShort);
        else if (text!.Contains('\0', StringComparison.Ordinal))
            Refuse(name, FieldErrors.Malformed);
        else
            return text;
        return null;
    }

    public string RequiredText(string name, int longest, int shortest = 1)
    {
        if (body.Find(name) is null)
            Refuse(name, FieldErrors.Required);
        return Text(name, longest, shortest) ?? "";
    }

    /// <summary>What a change says of a text: not given, cleared, or another.</summary>
    public Change<string?> ChangedText(string name, int longest, int shortest = 0) =>
        new(IsGiven(name), Text(name, longest, shortest));

    public bool? Flag(string name)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind is JsonTokenType.True or JsonTokenType.False)
            return field.Kind == JsonTokenType.True;
        Refuse(name, FieldErrors.WrongType);
        return null;
    }

    public long? Integer(string name, long least, long most)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.Number)
            Refuse(name, FieldErrors.WrongType);
        else if (!TryInteger(field, out var number))
            Refuse(name, FieldErrors.Malformed);
        else if (number < least || number > most)
            Refuse(name, FieldErrors.OutOfRange);
        else
            return number;
        return null;
    }

    /// <summary>A list of texts, each of at most <paramref name="longest"/> code points, in their order.</summary>
    public IReadOnlyList<string>? Texts(string name, int most, int longest)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.StartArray)
        {
            Refuse(name, FieldErrors.WrongType);
            return null;
        }
        using var list = JsonDocument.Parse(field.Raw);
        var texts = new List<string>();
        foreach (var item in list.RootElement.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                Refuse(name, FieldErrors.WrongType);
                return null;
            }
            texts.Add(item.GetString()!);
        }
        if (texts.Count > most)
            Refuse(name, FieldErrors.TooMany);
        else if (texts.Exists(text => CodePoints(text) > longest))
            Refuse(name, FieldErrors.TooLong);
        else
            return texts;
        return null;
    }

    /// <summary>The fields of an object within; their faults are named <c>outer.inner</c>.</summary>
    public Fields? Object(string name)
    {
        if (ObjectField(name) is not { } field)
            return null;
        return new Fields(JsonBody.Parse(field.Raw, BodyReader.Refuse), errors, $"{prefix}{name}.");
    }

    /// <summary>A list of objects; their faults are named <c>outer[0].inner</c>.</summary>
    public IReadOnlyList<Fields>? Objects(string name, int most)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind != JsonTokenType.StartArray)
        {
            Refuse(name, FieldErrors.WrongType);
            return null;
        }
        using var list = JsonDocument.Parse(field.Raw);
        if (list.RootElement.GetArrayLength() > most)
        {
            Refuse(name, FieldErrors.TooMany);
            return null;
        }
        var objects = new List<Fields>();
        foreach (var item in list.RootElement.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                Refuse(name, FieldErrors.WrongType);
                return null;
            }
            objects.Add(
                new Fields(
                    JsonBody.Parse(Encoding.UTF8.GetBytes(item.GetRawText()), BodyReader.Refuse),
                    errors,
                    $"{prefix}{name}[{objects.Count}]."
                )
            );
        }
        return objects;
    }

    /// <summary>An object as it was sent, of at most <paramref name="largest"/> bytes.</summary>
    public string? RawObject(string name, int largest)
    {
        if (ObjectField(name) is not { } field)
            return null;
        if (field.Raw.Length > largest)
            Refuse(name, FieldErrors.TooLong);
        else if (field.IsTooDeepToKeep)
            Refuse(name, FieldErrors.TooDeep);
        else
            return Encoding.UTF8.GetString(field.Raw.Span);
        return null;
    }

    private JsonField? ObjectField(string name)
    {
        if (body.Find(name) is not { } field)
            return null;
        if (field.Kind == JsonTokenType.StartObject)
            return field;
        Refuse(name, FieldErrors.WrongType);
        return null;
    }

    /// <summary>A whole number, however it is written: 5, 5.0 and 5e0 are one.</summary>
    private static bool TryInteger(JsonField field, out long number)
    {
        var reader = new Utf8JsonReader(field.Raw.Span);
        reader.Read();
        if (reader.TryGetInt64(out number))
            return true;
        if (!reader.TryGetDecimal(out var exact) || exact != decimal.Truncate(exact))
            return false;
        number = exact is > long.MinValue and < long.MaxValue ? (long)exact : long.MaxValue;
        return true;
    }

    private static string Unquote(JsonField field)
    {
        var reader = new Utf8JsonReader(field.Raw.Span);
        reader.Read();
        return reader.GetString()!;
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
