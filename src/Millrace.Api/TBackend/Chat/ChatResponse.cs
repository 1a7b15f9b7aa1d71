using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Millrace.Agents.Chat;
using Millrace.Agents.Runs;

namespace Millrace.Api.TBackend.Chat;

/// <summary>The answer of <c>/chat</c>. (t-backend §9.2)</summary>
internal sealed record ChatResponse
{
    /// <summary>Never empty.</summary>
    public required string Reply { get; init; }

    public required string SessionId { get; init; }

    public required IReadOnlyDictionary<string, ToolUse>? UsedTools { get; init; }

    public required JsonObject? ReplyJson { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    public required string? Reasoning { get; init; }

    /// <summary>A number only where a wallet pays.</summary>
    public required decimal? BalanceAfter { get; init; }

    /// <summary>The reply again, unless the setting leaves it out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Response { get; init; }

    public required ChatUsage Usage { get; init; }

    /// <summary>Whether the reply is a sentence in place of an answer. (t-backend §9.7)</summary>
    [JsonIgnore]
    public bool IsDegraded { get; init; }

    public static ChatResponse From(TurnAnswer answer, bool withAlias) =>
        new()
        {
            Reply = answer.Reply,
            SessionId = answer.SessionId,
            UsedTools = ToolUse.Of(answer),
            ReplyJson = answer.ReplyJson,
            Provider = answer.Provider,
            Model = answer.Model,
            Reasoning = answer.Reasoning,
            BalanceAfter = null,
            Response = withAlias ? answer.Reply : null,
            Usage = ChatUsage.Of(answer),
            IsDegraded = answer.Degraded is not null,
        };

    /// <summary>What it was made from. Which run it was, no wire form tells.</summary>
    public TurnAnswer ToAnswer() =>
        new()
        {
            Reply = Reply,
            SessionId = SessionId,
            Run = default,
            UsedTools = ToolUse.ToTallies(UsedTools),
            ReplyJson = ReplyJson,
            Provider = Provider,
            Model = Model,
            Reasoning = Reasoning,
            Usage = new TokenCount(Usage.PromptTokens, Usage.CompletionTokens),
        };

    /// <summary>A plain sentence where no answer came about.</summary>
    public static ChatResponse Apology(TurnRequest turn, string sentence, bool withAlias) =>
        new()
        {
            Reply = sentence,
            SessionId = turn.SessionId ?? "",
            UsedTools = null,
            ReplyJson = null,
            Provider = "",
            Model = turn.Model ?? "",
            Reasoning = null,
            BalanceAfter = null,
            Response = withAlias ? sentence : null,
            Usage = new ChatUsage(0, 0, 0),
            IsDegraded = true,
        };
}

internal sealed record ToolUse(int Calls, int Ok, int Failed)
{
    /// <summary>By tool; null when none was used.</summary>
    public static IReadOnlyDictionary<string, ToolUse>? Of(TurnAnswer answer) =>
        answer.UsedTools.Count == 0
            ? null
            : answer.UsedTools.ToDictionary(
                tool => tool.Key,
                tool => new ToolUse(tool.Value.Calls, tool.Value.Ok, tool.Value.Failed),
                StringComparer.Ordinal
            );

    public static IReadOnlyDictionary<string, ToolTally> ToTallies(
        IReadOnlyDictionary<string, ToolUse>? uses
    ) =>
        (uses ?? new Dictionary<string, ToolUse>()).ToDictionary(
            tool => tool.Key,
            tool => new ToolTally(tool.Value.Calls, tool.Value.Ok, tool.Value.Failed),
            StringComparer.Ordinal
        );
}

internal sealed record ChatUsage(long PromptTokens, long CompletionTokens, long TotalTokens)
{
    public static ChatUsage Of(TurnAnswer answer) =>
        new(answer.Usage.Prompt, answer.Usage.Completion, answer.Usage.Total);
}
