namespace Millrace.Core.Outbound;

/// <summary>One request to an address that a user or a model chose.</summary>
/// <param name="Address">Absolute, <c>http</c> or <c>https</c>, without a user name or password.</param>
public sealed record OutboundRequest(Uri Address)
{
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Sent to the first origin only: a redirect to another scheme, host or port goes without them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } =
        new Dictionary<string, string>();

    /// <summary>A request with a body is never redirected; its caller gets the 3xx.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>Decompressed bytes; null takes <see cref="OutboundOptions.MaxBytes"/>.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>For the whole exchange, body included; null takes <see cref="OutboundOptions.TimeLimitSeconds"/>.</summary>
    public TimeSpan? TimeLimit { get; init; }
}
