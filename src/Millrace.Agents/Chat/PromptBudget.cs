using Millrace.Core.Failures;
using Millrace.Models.Routing;

namespace Millrace.Agents.Chat;

/// <summary>
/// A model's window and what may be put into it. The message, the tools and the answer have their room first; system
/// prompt, context, documents and what is known from before share the rest. Tokens are estimates, so a tenth stays free.
/// </summary>
internal sealed record PromptBudget
{
    // Where nobody has said how much a model can read, what is known from before is kept to this, and the request
    // itself is given whole: its provider knows, and refuses what is too much.
    private const long UnknownWindow = 16_384;
    private const long UsualAnswer = 2_048;

    private bool IsKnown { get; init; }

    public required long Window { get; init; }

    /// <summary>What is kept for the answer.</summary>
    public required long Answer { get; init; }

    /// <summary>For everything but the message, the tools and the answer.</summary>
    public required long Room { get; init; }

    /// <param name="fixedTokens">What cannot be shortened: the message with its picture, and the tools.</param>
    /// <param name="given">What else the request brings, at its full length.</param>
    /// <param name="usesTools">Whether an eighth is kept for what tools bring back.</param>
    /// <exception cref="TooLarge">The message alone is more than the model can read.</exception>
    public static PromptBudget Of(
        ModelCard model,
        int? maxTokens,
        long fixedTokens,
        long given,
        bool usesTools
    )
    {
        var answer = Math.Min(maxTokens ?? UsualAnswer, model.MaxOutput ?? long.MaxValue);
        var window =
            model.ContextWindow
            ?? UnknownWindow + 2 * (fixedTokens + given + Math.Min(answer, UnknownWindow));
        answer = Math.Min(answer, window / 4);
        var least = window / 16;
        if (fixedTokens + answer + least > window)
            throw new TooLarge(
                "message_too_long",
                $"The message with what comes with it takes about {fixedTokens} tokens, and model {model.Name} has room for {Math.Max(0, window - answer - least)}. Shorten it, ask for a shorter answer, or name a model with a larger window."
            );
        var free = window - fixedTokens - answer - SpareOf(window) - (usesTools ? window / 8 : 0);
        return new PromptBudget
        {
            IsKnown = model.ContextWindow is not null,
            Window = window,
            Answer = answer,
            Room = Math.Max(least, free),
        };
    }

    /// <summary>What tools may bring back beside a prompt of so many tokens.</summary>
    public long ToolRoom(long prompt) => Math.Max(0, Window - Answer - prompt);

    /// <summary>The most that an answer may take beside a prompt of so many tokens.</summary>
    public int? MaxOutput(int? maxTokens, long prompt) =>
        IsKnown && maxTokens > Answer
            ? (int)Math.Min(maxTokens.Value, Math.Max(Answer, Window - prompt - SpareOf(Window)))
            : maxTokens;

    private static long SpareOf(long window) => window / 10;

    /// <summary>Gives each what it wants; when that is too much, the small stay whole and the large have equal parts.</summary>
    public static long[] Share(long room, params ReadOnlySpan<long> wants)
    {
        var shares = new long[wants.Length];
        var smallestFirst = new int[wants.Length];
        for (var i = 0; i < wants.Length; i++)
            (shares[i], smallestFirst[i]) = (wants[i], i);
        Array.Sort((long[])shares.Clone(), smallestFirst);
        var open = wants.Length;
        foreach (var i in smallestFirst)
        {
            shares[i] = Math.Min(shares[i], room / open--);
            room -= shares[i];
        }
        return shares;
    }
}
