using Millrace.Api.Fluxra.Bodies;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Messages;

/// <summary>Reads attachments: names and addresses of files that lie elsewhere.</summary>
internal static class AttachmentFields
{
    private const int Most = 20;
    private const int LongestName = 200;
    private const int LongestUrl = 2048;
    private const int LongestType = 200;
    private const int HexDigits = 64;

    public static IReadOnlyList<Attachment> Read(Fields fields) =>
        fields.Objects("attachments", Most) is { } objects ? [.. objects.Select(ReadOne)] : [];

    private static Attachment ReadOne(Fields fields) =>
        new(
            fields.RequiredText("name", LongestName),
            Url(fields),
            fields.Text("content_type", LongestType),
            fields.Integer("size", 0, long.MaxValue),
            Sha256(fields)
        );

    public static string Url(Fields fields)
    {
        var url = fields.RequiredText("url", LongestUrl);
        if (url.Length > 0 && !IsUrl(url))
            fields.Refuse("url", FieldErrors.Malformed);
        return url;
    }

    public static bool IsUrl(string text) =>
        !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter))
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url is { Scheme: "http" or "https", Host.Length: > 0 };

    public static string? Sha256(Fields fields)
    {
        if (fields.Text("sha256", HexDigits) is not { } digest)
            return null;
        if (digest.Length == HexDigits && digest.All(char.IsAsciiHexDigit))
            return digest.ToLowerInvariant();
        fields.Refuse("sha256", FieldErrors.Malformed);
        return null;
    }
}
