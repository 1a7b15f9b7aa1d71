using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>
/// What one skill answers to one clause. <see cref="Value"/> is the bare answer for a JSON shape, where there is one.
/// </summary>
internal sealed record Reply(string Text, string? Value = null)
{
    /// <summary>Tools to call before the clause can be answered.</summary>
    public IReadOnlyList<FunctionCallContent> Calls { get; init; } = [];

    /// <summary>The sentences that the answer quotes.</summary>
    public IReadOnlyList<Quotable> Quotes { get; init; } = [];

    /// <summary>The clause stays unanswered; said once for all such clauses.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>A word of courtesy, left out of JSON shapes.</summary>
    public bool IsCourtesy { get; init; }
}
