using Millrace.Models.Routing;

namespace Millrace.Models.Forwarding;

/// <summary>A request that goes to a provider of its own form as it came.</summary>
/// <param name="Body">Read until the answer is disposed, so it must stay as it is till then.</param>
/// <param name="Outline">Of the same body.</param>
public sealed record ForwardRequest(
    Route Route,
    ForwardOperation Operation,
    ReadOnlyMemory<byte> Body,
    RequestOutline Outline
)
{
    /// <summary>Headers of the caller that belong to the form, such as <c>anthropic-beta</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The servers like this one that the request came through (<see cref="Hop"/>).</summary>
    public int Hops { get; init; }

    internal long EstimatedInput => TokenEstimate.OfBytes(Body.Length);
}
