using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Millrace.Core.Failures;
using Millrace.Core.Idempotency;

namespace Millrace.Api.Shared.Idempotency;

/// <summary>
/// What makes two requests the same: see <see cref="RequestHash"/>. The body is read beforehand, through memory when it
/// is small and a temporary file when it is large, and stands at its beginning again for the endpoint.
/// </summary>
internal static class RequestContent
{
    private const int LargestJson = 1024 * 1024;
    private const int Chunk = 64 * 1024;

    public static async Task<byte[]> HashAsync(
        HttpRequest request,
        int limit,
        CancellationToken cancellation
    )
    {
        request.EnableBuffering();
        var whole = await HashWholeAsync(request.Body, limit, cancellation);
        var length = request.Body.Position;
        request.Body.Position = 0;
        var hash = await HashAsync(request, whole, (int)length, cancellation);
        request.Body.Position = 0;
        return hash;
    }

    private static async Task<byte[]> HashAsync(
        HttpRequest request,
        byte[] whole,
        int length,
        CancellationToken cancellation
    )
    {
        var (method, path, query) = (
            request.Method,
            $"{request.PathBase}{request.Path}",
            request.QueryString.Value ?? ""
        );
        if (
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
        )
        {
            var parts = await HashPartsAsync(request.Body, type, cancellation);
            return RequestHash.OfBytes(method, path, query, parts ?? whole);
        }
        // A larger body is the same when its bytes are the same, whatever the order of its names.
        if (length > LargestJson)
            return RequestHash.OfBytes(method, path, query, whole);
        var body = new byte[length];
        await request.Body.ReadExactlyAsync(body, cancellation);
        return RequestHash.OfJson(method, path, query, body);
    }

    private static async Task<byte[]> HashWholeAsync(
        Stream body,
        int limit,
        CancellationToken cancellation
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            if (body.Position > limit)
                throw new TooLarge("body_too_large", $"The body is larger than {limit} bytes.");
        }
        return hash.GetHashAndReset();
    }

    // The boundary differs from one sending to the next, the parts do not. Null when they cannot be told apart.
    private static async Task<byte[]?> HashPartsAsync(
        Stream body,
        MediaTypeHeaderValue type,
        CancellationToken cancellation
    )
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length == 0)
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            var reader = new MultipartReader(boundary, body);
            while (await reader.ReadNextSectionAsync(cancellation) is { } part)
            {
                var head = $"{part.ContentDisposition}\n{part.ContentType}";
                hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(head)));
                hash.AppendData(await SHA256.HashDataAsync(part.Body, cancellation));
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            return null;
        }
        return hash.GetHashAndReset();
    }
}
