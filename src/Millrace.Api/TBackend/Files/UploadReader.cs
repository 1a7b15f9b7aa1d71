using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Millrace.Api.Shared.Access;
using Millrace.Api.TBackend.Bodies;
using Millrace.Core.Failures;
using Millrace.Core.Idempotency;
using Millrace.Knowledge.Files;

namespace Millrace.Api.TBackend.Files;

/// <summary>
/// Reads an upload part by part. The first file's bytes go straight to where files are kept, so that a large upload
/// takes no memory; what is said of it may stand before or after. (t-backend §12.1)
/// </summary>
internal sealed class UploadReader(FileLibrary files)
{
    private const int MostParts = 64;
    private const int LargestField = 1 << 20;
    private const int LongestBoundary = 200;

    /// <summary>The caller disposes of it.</summary>
    /// <exception cref="Unprocessable">There is no file, or something that is said of it cannot be.</exception>
    /// <exception cref="TooLarge">The file, or what stands beside it, is.</exception>
    public async Task<Upload> ReadAsync(HttpContext http)
    {
        var fields = new UploadFields();
        ReceivedFile? received = null;
        ContentDispositionHeaderValue? said = null;
        string? type = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            var parts = new MultipartReader(BoundaryOf(http.Request), http.Request.Body);
            var count = 0;
            while (await NextAsync(parts, http) is { } part)
            {
                if (++count > MostParts)
                    throw PartBody.Malformed($"More than {MostParts} parts");
                var about = part.GetContentDispositionHeader();
                var body = new PartBody(part.Body, http.RequestAborted);
                var isFile = about?.IsFileDisposition() ?? false;
                if (isFile && received is null)
                {
                    (said, type) = (about, part.ContentType);
                    received = await files.ReceiveAsync(
                        http.Caller().Workspace,
                        body,
                        http.RequestAborted
                    );
                    Append(hash, part, received.Digest.Sha256);
                }
                else
                {
                    var text = await TextAsync(body, http);
                    Append(hash, part, text);
                    if (!isFile)
                        fields.Add(about?.Name.Value?.Trim('"') ?? "", text, "body");
                }
            }
            if (received is null)
                throw Errors.Single("missing", ["body", "file"], "Field required");
            fields.AddQuery(http.Request.Query);
            var name = said!.FileNameStar.Value ?? said.FileName.Value?.Trim('"');
            return new Upload(
                received,
                fields.Read(name, "upload", MediaTypeOf(type), http.Request),
                HashOf(http.Request, hash.GetHashAndReset())
            );
        }
        catch
        {
            received?.Dispose();
            throw;
        }
    }

    private static string BoundaryOf(HttpRequest request)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value
            : null;
        var isForm = type?.MediaType.Equals(
            "multipart/form-data",
            StringComparison.OrdinalIgnoreCase
        );
        return isForm == true && boundary is { Length: > 0 and <= LongestBoundary }
            ? boundary
            : throw Errors.Single("missing", ["body", "file"], "Field required");
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader parts, HttpContext http)
    {
        try
        {
            return await parts.ReadNextSectionAsync(http.RequestAborted);
        }
        catch (Exception failure) when (PartBody.IsOfTheForm(failure, http.RequestAborted))
        {
            throw PartBody.Malformed();
        }
    }

    private static async Task<string> TextAsync(PartBody content, HttpContext http)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (await content.ReadAsync(buffer, http.RequestAborted) is > 0 and var count)
        {
            if (text.Length + count > LargestField)
                throw new TooLarge(
                    "body_too_large",
                    $"A part beside the file is larger than {LargestField} bytes."
                );
            text.Write(buffer, 0, count);
        }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Adds what a part says of itself, and what it holds.</summary>
    private static void Append(IncrementalHash hash, MultipartSection part, string content)
    {
        var whole = $"{part.ContentDisposition}\n{part.ContentType}\n{content}";
        hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(whole)));
    }

    private static byte[] HashOf(HttpRequest request, byte[] parts) =>
        RequestHash.OfBytes(request.Method, request.Path, request.QueryString.Value ?? "", parts);

    private static string? MediaTypeOf(string? said) =>
        MediaTypeHeaderValue.TryParse(said, out var type) ? type.MediaType.Value : null;
}

/// <summary>An upload that was read, and is not added yet.</summary>
/// <param name="Hash">What makes it the same request, whatever its parts were parted by. (t-backend §4)</param>
internal sealed record Upload(ReceivedFile Received, NewFile About, byte[] Hash) : IDisposable
{
    public void Dispose() => Received.Dispose();
}
