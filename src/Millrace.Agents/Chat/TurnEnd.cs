using System.Text.Json.Nodes;
using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Core.Failures;
using Millrace.Core.Metering;
using Millrace.Knowledge.Graph;
using Millrace.Models.Routing;

namespace Millrace.Agents.Chat;

/// <summary>Ends turns: writes the outcome down, counts its usage, and says what came of it.</summary>
internal sealed class TurnEnd(
    SessionLog log,
    SummaryWork summaries,
    MemoryWork memory,
    UsageJournal usage,
    TimeProvider time
)
{
    /// <param name="graph">Where the user's words are kept; null where there is nothing to keep.</param>
    public TurnEnding For(
        TurnRequest request,
        string handle,
        OpenTurn turn,
        OpenedGraph? graph
    ) => new(log, summaries, memory, usage, time, request, handle, turn, graph);
}

/// <summary>One turn's end. Exactly one of its ways out is taken.</summary>
internal sealed class TurnEnding(
    SessionLog log,
    SummaryWork summaries,
    MemoryWork memory,
    UsageJournal usage,
    TimeProvider time,
    TurnRequest request,
    string handle,
    OpenTurn turn,
    OpenedGraph? graph
)
{
    private bool _isClosed;

    public RunRecord Record { get; } = new();

    /// <summary>Null until the conversation has been put together.</summary>
    public Prepared? Prepared { get; set; }

    public JsonObject? ReplyJson { get; set; }

    public Failure? Failure { get; set; }

    /// <summary>Whether the caller may have seen part of the reply.</summary>
    public bool HasBegun => Record.Text.Length > 0;

    /// <summary>Writes the answer, or the apology in its place, and gives it.</summary>
    public async Task<TurnAnswer> FinishAsync()
    {
        var said = Record.Text.ToString();
        // An apology is for the caller; the session remembers what a model said, as far as it came.
        await CloseAsync(
            Failure is null ? RunState.Completed : RunState.Failed,
            HasBegun ? said : null
        );
        return new TurnAnswer
        {
            Reply = Failure is null
                ? said
                : string.Join(
                    "\n\n",
                    new[] { said, Failure.Message }.Where(text => text.Length > 0)
                ),
            SessionId = handle,
            Run = turn.Run,
            UsedTools = Record.Tools,
            ReplyJson = ReplyJson,
            Provider = Record.Provider,
            Model = Record.Model,
            Reasoning = Record.Reasoning.Length > 0 ? Record.Reasoning.ToString() : null,
            Usage = new TokenCount(Record.PromptTokens, Record.CompletionTokens),
            Degraded = Failure?.Code,
        };
    }

    /// <summary>Keeps what there is of a turn that ends early.</summary>
    public async ValueTask CutUnlessFinishedAsync()
    {
        if (!_isClosed)
            await CloseAsync(RunState.Cut, HasBegun ? Record.Text.ToString() : null);
    }

    private async Task CloseAsync(RunState state, string? reply)
    {
        _isClosed = true;
        usage.Record(
            new UsageRecord(
                request.Principal.Workspace,
                request.Principal.Key,
                request.Endpoint,
                Record.Model,
                1,
                Record.PromptTokens,
                Record.CompletionTokens,
                Record.CostMicroUsd,
                time.GetUtcNow()
            )
        );
        var outcome = new TurnOutcome
        {
            State = state,
            Reply = reply,
            ReplyTokens = TokenEstimate.Of(reply),
            Provider = Record.Provider,
            Model = Record.Model,
            PromptTokens = Record.PromptTokens,
            CompletionTokens = Record.CompletionTokens,
            CostMicroUsd = Record.CostMicroUsd,
            Error = Failure?.Code,
            ReadForeign = Record.ReadForeign,
            Steps = Record.Steps,
            Vectors = Prepared?.Vectors ?? [],
        };
        var olderThrough = Prepared?.OlderThrough ?? 0;
        await log.CloseAsync(
            turn,
            outcome,
            async db =>
            {
                await summaries.QueueWhenDueAsync(db, turn, olderThrough);
                if (graph is not null)
                    await memory.QueueAsync(db, request, handle, turn, graph);
            }
        );
    }
}
