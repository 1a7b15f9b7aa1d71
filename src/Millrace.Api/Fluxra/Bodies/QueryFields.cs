using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Wire;
using Millrace.Core.Ids;

namespace Millrace.Api.Fluxra.Bodies;

/// <summary>Reads the query's parameters; of one that is repeated the last value counts, and an empty one is none. (fluxra §1)</summary>
internal sealed class QueryFields(HttpRequest request)
{
    private const int DefaultLimit = 20;
    private const int LargestLimit = 100;

    public FieldErrors Errors { get; } = new();

    public string? Text(string name, int longest)
    {
        var text = Last(name);
        if (
            text is null
            || text.EnumerateRunes().Count() <= longest
                && !text.Contains('\0', StringComparison.Ordinal)
        )
            return text;
        Errors.Add(name, FieldErrors.TooLong);
        return null;
    }

    public bool? Flag(string name)
    {
        switch (Last(name))
        {
            case null:
                return null;
            case "true" or "1":
                return true;
            case "false" or "0":
                return false;
            default:
                Errors.Add(name, FieldErrors.Malformed);
                return null;
        }
    }

    public int? Integer(string name, int least, int most)
    {
        if (Last(name) is not { } text)
            return null;
        if (
            !int.TryParse(
                text,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
            Errors.Add(name, FieldErrors.Malformed);
        else if (number < least || number > most)
            Errors.Add(name, FieldErrors.OutOfRange);
        else
            return number;
        return null;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Last(name) is not { } text)
            return null;
        if (WireTime.TryParse(text, out var time))
            return time;
        Errors.Add(name, FieldErrors.Malformed);
        return null;
    }

    /// <summary>An id of the shape of <see cref="WireIds"/>.</summary>
    public Id<T>? Id<T>(string name, string prefix)
    {
        if (Last(name) is not { } text)
            return null;
        if (WireIds.TryParseUuid<T>(text, prefix, out var id))
            return id;
        Errors.Add(name, FieldErrors.Malformed);
        return null;
    }

    /// <summary>One of some words.</summary>
    public T? OneOf<T>(string name, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (Last(name) is not { } text)
            return null;
        if (words.TryGetValue(text, out var word))
            return word;
        Errors.Add(name, FieldErrors.UnknownValue);
        return null;
    }

    /// <summary><c>limit</c>: a larger one is lowered, however large it is. (fluxra §5)</summary>
    public int Limit(int standard = DefaultLimit, int largest = LargestLimit)
    {
        if (Last("limit") is not { } text)
            return standard;
        if (
            !BigInteger.TryParse(
                text,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var limit
            )
        )
            Errors.Add("limit", FieldErrors.Malformed);
        else if (limit < 1)
            Errors.Add("limit", FieldErrors.OutOfRange);
        else
            return (int)BigInteger.Min(limit, largest);
        return standard;
    }

    /// <summary><c>limit</c> and <c>cursor</c>: a cursor of another list is refused. (fluxra §5)</summary>
    public PageQuery Page(
        Cursors cursors,
        CursorScope scope,
        int standard = DefaultLimit,
        int largest = LargestLimit
    )
    {
        var limit = Limit(standard, largest);
        CursorPosition? after = null;
        if (Last("cursor") is { } cursor && !cursors.TryRead(scope, cursor, out after))
            Errors.Add("cursor", FieldErrors.Malformed);
        return new PageQuery(cursors, scope, limit, after);
    }

    private string? Last(string name) =>
        request.Query[name].LastOrDefault() is { Length: > 0 } text ? text : null;
}
