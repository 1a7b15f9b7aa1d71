using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.TBackend.Bodies;
using Millrace.Core.Failures;
using Millrace.Core.Limits;

namespace Millrace.Api.TBackend.Files;

/// <summary>Reads which address a file is to be fetched from: query, body, or both when they agree. (t-backend §12.2)</summary>
internal sealed class FileUrlReader(BodyBudget budget)
{
    private const int LongestAddress = 8_192;

    public async Task<(Uri Address, UploadFields Fields)> ReadAsync(HttpContext http)
    {
        var fields = new UploadFields();
        var inBody = await ReadBodyAsync(http, fields);
        fields.AddQuery(http.Request.Query);
        var inQuery = http.Request.Query["url"].LastOrDefault();
        if (inQuery is { Length: > 0 } && inBody is not null && inBody != inQuery)
            throw new Invalid("url_ambiguous", "The query and the body name different addresses.");
        var isInBody = string.IsNullOrEmpty(inQuery);
        var text = isInBody ? inBody : inQuery;
        if (string.IsNullOrEmpty(text))
            throw Errors.Single("missing", ["query", "url"], "Field required");
        if (
            text.Length <= LongestAddress
            && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" or "ipfs"
        )
            return (address, fields);
        throw Errors.Single(
            "url_parsing",
            [isInBody ? "body" : "query", "url"],
            "Input should be an http, https or ipfs address",
            Errors.Echo(text)
        );
    }

    private async Task<string?> ReadBodyAsync(HttpContext http, UploadFields fields)
    {
        using var body = await budget.ReadAsync(
            http.Request.Body,
            http.Request.ContentLength,
            WriteOnce.LongestBody,
            http.RequestAborted
        );
        if (body.Bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
            return null;
        var parsed = JsonBody.Parse(body.Bytes, Errors.OfBody);
        var errors = new Errors();
        var url = new Fields(parsed, errors, "body").Text("url", LongestAddress);
        errors.ThrowIfAny();
        foreach (var name in UploadFields.Names)
        {
            if (parsed.Find(name) is { } field)
                fields.Add(name, TextOf(field), "body");
        }
        return url;
    }

    private static string TextOf(JsonField field)
    {
        using var value = JsonDocument.Parse(field.Raw);
        return value.RootElement.ValueKind == JsonValueKind.String
            ? value.RootElement.GetString()!
            : value.RootElement.GetRawText();
    }
}
