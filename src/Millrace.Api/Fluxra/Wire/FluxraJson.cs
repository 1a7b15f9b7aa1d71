using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Millrace.Api.Fluxra.Wire;

/// <summary>How answers of this surface are written: snake_case, text readable, nulls shown. (fluxra §1)</summary>
internal static class FluxraJson
{
    /// <summary>For the source-generated contexts of the surface's records.</summary>
    public static JsonSerializerOptions Options() =>
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters =
            {
                new WireTime(),
                new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower),
            },
        };

    public static JsonHttpResult<T> Answer<T>(
        T value,
        JsonTypeInfo<T> type,
        int status = StatusCodes.Status200OK
    ) => TypedResults.Json(value, type, contentType: null, status);
}
