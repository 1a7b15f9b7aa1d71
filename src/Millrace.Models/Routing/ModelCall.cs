using Microsoft.Extensions.AI;

namespace Millrace.Models.Routing;

public enum CallOutcome
{
    Answered,
    Failed,

    /// <summary>The caller went away or gave up.</summary>
    Cancelled,

    /// <summary>A stream broke after its first piece.</summary>
    Cut,
}

/// <summary>What a call of a model took, for metering, budgets and the caller's own record.</summary>
public sealed record ModelCall
{
    /// <summary><c>chat</c>, <c>embeddings</c> or <c>count_tokens</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The name that the caller gave.</summary>
    public required string Asked { get; init; }

    /// <summary>The name of the model that answered, or that was asked last.</summary>
    public required string Model { get; init; }
    public required string Provider { get; init; }
    public required CallOutcome Outcome { get; init; }

    /// <summary>Requests made, all models together.</summary>
    public required int Attempts { get; init; }

    /// <summary>Another model than the first of the route answered.</summary>
    public required bool FallbackUsed { get; init; }
    public required long InputTokens { get; init; }
    public required long OutputTokens { get; init; }

    /// <summary>The tokens are counted here, because the provider did not say.</summary>
    public required bool Estimated { get; init; }
    public required long CostMicroUsd { get; init; }
    public required TimeSpan Duration { get; init; }
}

/// <summary>A question to a model.</summary>
/// <param name="Route">Where it goes, from <see cref="ModelRouter.Resolve"/>.</param>
public sealed record ModelRequest(Route Route, IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>Tools, answer shape, sampling. Its model id is the route's.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>The servers like this one that the question came through (<see cref="Hop"/>), so that it does not go round.</summary>
    public int Hops { get; init; }
}

/// <summary>A model's whole answer.</summary>
public sealed record ModelAnswer(ChatResponse Response, ModelCall Call);

/// <summary>Vectors, one per text, in order.</summary>
public sealed record EmbeddingAnswer(GeneratedEmbeddings<Embedding<float>> Vectors, ModelCall Call);

/// <summary>
/// The header by which a Millrace knows a request of a Millrace: how many it has come through. It stops loops, those
/// over other machines too.
/// </summary>
public static class Hop
{
    public const string Header = "x-millrace-hop";

    /// <summary>Servers that a request may come through; a chain of more is a loop.</summary>
    internal const int Most = 4;

    private static readonly AsyncLocal<int> Come = new();

    /// <summary>What the header says; whatever is there and is no number is one.</summary>
    public static int Count(string? header) =>
        string.IsNullOrEmpty(header) ? 0
        : int.TryParse(header, out var count) && count > 0 ? count
        : 1;

    /// <summary>Notes it for the requests that this flow sends on.</summary>
    internal static void Note(int hops)
    {
        if (hops > 0)
            Come.Value = hops;
    }

    /// <summary>For a request that is sent now.</summary>
    internal static string Next => Come.Value == 0 ? "1" : $"{Come.Value + 1}";
}
