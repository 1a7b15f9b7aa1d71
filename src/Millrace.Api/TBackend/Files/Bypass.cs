using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.TBackend.Bodies;

namespace Millrace.Api.TBackend.Files;

/// <summary>Whether a write is to be done again, whatever is there or was answered of one like it. (t-backend §12.7)</summary>
internal static class Bypass
{
    public const string Field = "force";

    private const string Header = "x-bypass-cache";

    /// <summary>By its header or its query.</summary>
    public static bool IsAsked(HttpRequest request) =>
        IsInHeader(request) || IsTrue(request.Query[Field].LastOrDefault());

    // t-backend §15.5
    public static bool IsInHeader(HttpRequest request) => IsTrue(request.Headers[Header]);

    /// <summary>By a body of JSON. One that is none is told by who reads it.</summary>
    public static bool IsIn(ReadOnlyMemory<byte> body)
    {
        try
        {
            var parsed = JsonBody.Parse(body, Errors.OfBody);
            return new Fields(parsed, new Errors(), "body").Flag(Field) ?? false;
        }
        catch (Unprocessable)
        {
            return false;
        }
    }

    private static bool IsTrue(string? text) =>
        text?.Trim().ToLowerInvariant() is "true" or "1" or "on" or "yes";
}
