using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Shared.Bodies;
using Millrace.Core.Failures;
using Millrace.Core.Limits;

namespace Millrace.Api.Fluxra.Bodies;

/// <summary>Reads bodies: JSON of at most 1 MiB, an empty one as an object without fields. (fluxra §1)</summary>
internal sealed class BodyReader(BodyBudget budget)
{
    private const int LongestBody = 1 << 20;

    private static readonly ReadOnlyMemory<byte> EmptyObject = "{}"u8.ToArray();

    /// <exception cref="InvalidFields">No JSON object.</exception>
    /// <exception cref="TooLarge">Above 1 MiB.</exception>
    /// <exception cref="UnsupportedType">Declared to be something else than JSON.</exception>
    public async ValueTask<Fields> ReadAsync(HttpContext http)
    {
        var bytes = await BytesAsync(http);
        if (bytes.Length > 0 && !IsOrNone(http.Request, "application/json"))
            throw new UnsupportedType("body_not_json", "Send the body as application/json.");
        return new Fields(
            JsonBody.Parse(bytes.IsEmpty ? EmptyObject : bytes, Refuse),
            new FieldErrors()
        );
    }

    /// <summary>The body as it came. It is read once and held until the request ends.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> BytesAsync(HttpContext http)
    {
        if (http.Features.Get<RequestBody>() is not { } body)
        {
            body = await budget.ReadAsync(
                http.Request.Body,
                http.Request.ContentLength,
                LongestBody,
                http.RequestAborted
            );
            http.Response.RegisterForDispose(body);
            http.Features.Set(body);
        }
        return body.Bytes;
    }

    public static bool Is(HttpRequest request, string type) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var declared)
        && declared.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);

    internal static InvalidFields Refuse(BodyFault fault) =>
        new(
            "body_invalid",
            fault.Kind switch
            {
                BodyFaultKind.NotObject => "The body must be a JSON object.",
                BodyFaultKind.Empty => "The body is empty.",
                _ => $"The body cannot be read: {fault.Cause}, at byte {fault.Position}.",
            },
            [new FieldFault("body", FieldErrors.Malformed)]
        );

    private static bool IsOrNone(HttpRequest request, string type) =>
        string.IsNullOrEmpty(request.ContentType) || Is(request, type);
}
