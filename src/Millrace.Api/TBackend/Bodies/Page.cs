using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Millrace.Api.TBackend.Bodies;

/// <summary>Which part of a list is wanted, from <c>limit</c> and <c>offset</c> in the query.</summary>
internal sealed record Page(int Limit, int Offset)
{
    private const int Most = 1000;

    /// <exception cref="Unprocessable">One of them is no number within its bounds.</exception>
    public static Page Of(HttpRequest request)
    {
        var errors = new Errors();
        var page = new Page(
            Number(request, "limit", 1, Most, errors) ?? Most,
            Number(request, "offset", 0, int.MaxValue, errors) ?? 0
        );
        errors.ThrowIfAny();
        return page;
    }

    private static int? Number(HttpRequest request, string name, int least, int most, Errors errors)
    {
        if (request.Query[name].LastOrDefault() is not { Length: > 0 } text)
            return null;
        if (
            !int.TryParse(
                text,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
            errors.Add(
                "int_parsing",
                ["query", name],
                "Input should be a valid integer, unable to parse string as an integer",
                Errors.Echo(text)
            );
        else if (number < least)
            errors.Add(
                "greater_than_equal",
                ["query", name],
                $"Input should be greater than or equal to {least}",
                Errors.Echo(text),
                new JsonObject { ["ge"] = least }
            );
        else if (number > most)
            errors.Add(
                "less_than_equal",
                ["query", name],
                $"Input should be less than or equal to {most}",
                Errors.Echo(text),
                new JsonObject { ["le"] = most }
            );
        return number;
    }
}
