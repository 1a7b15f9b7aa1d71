using Millrace.Core.Events;

namespace Millrace.Core.Webhooks;

/// <summary>Gives the events of owners of one kind. Registered as a singleton of this interface.</summary>
public interface IWebhookSource
{
    /// <summary>What stands before the colon of its owners, such as <c>agent</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// The events behind a position of the log that the owner of an endpoint may have posted there, in the log's order.
    /// When there is none, it returns as soon as there is, and at the latest after <paramref name="wait"/>.
    /// </summary>
    Task<WebhookPage> ReadAsync(
        WebhookEndpoint endpoint,
        LogPosition after,
        int limit,
        TimeSpan wait,
        CancellationToken cancellation
    );
}

/// <summary>Some of an owner's events, and the place to read on from, which may lie behind the last of them.</summary>
public sealed record WebhookPage(IReadOnlyList<WebhookEvent> Events, LogPosition Next)
{
    /// <summary>Why nothing may be posted to the endpoint any more, so that it is disabled; null while it may.</summary>
    public string? Ended { get; init; }
}

/// <summary>An event as it is posted.</summary>
/// <param name="Id">The same however often it is sent: the receiver's means against repeats.</param>
/// <param name="Body">JSON.</param>
public sealed record WebhookEvent(
    LogPosition Position,
    string Id,
    string Type,
    ReadOnlyMemory<byte> Body
);
