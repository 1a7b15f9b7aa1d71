using Millrace.Agents.Chat;

namespace Millrace.Api.TBackend.Chat;

/// <summary>A request to <c>/chat</c>, read and checked.</summary>
/// <param name="Turn">What the assistant is asked.</param>
/// <param name="Stores">The stores that may be searched, by id or name; null for all, empty for none.</param>
/// <param name="Graphs">The graphs whose facts may be used, by id; null for the session's own, empty for none.</param>
/// <param name="Stream">Null for an answer in one piece.</param>
internal sealed record ChatCall(
    TurnRequest Turn,
    IReadOnlyList<string>? Stores,
    IReadOnlyList<string>? Graphs,
    StreamWish? Stream
);

/// <param name="WithSummary">Whether a last frame is asked for.</param>
internal sealed record StreamWish(StreamDialect Dialect, bool WithSummary);

internal enum StreamDialect
{
    Json,
    Text,
    Ndjson,
}
