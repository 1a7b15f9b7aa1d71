using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Agents.Sessions;
using Millrace.Agents.Tools;
using Millrace.Core.Failures;
using Millrace.Models.Routing;

namespace Millrace.Agents.Runs;

/// <summary>What a run is to do.</summary>
/// <param name="Messages">The conversation so far; the loop adds its own tool calls and their results.</param>
/// <param name="ToolRoom">Tokens that the results of tools may take together.</param>
/// <param name="Streams">Whether pieces of the answer are passed on as they are made.</param>
internal sealed record RunPlan(
    OpenTurn Turn,
    Route Route,
    List<ChatMessage> Messages,
    ChatOptions Options,
    IReadOnlyList<Tool> Tools,
    long ToolRoom,
    bool Streams
)
{
    /// <summary>Whether tools have brought text into sight that nobody vouches for, as what comes from outside is.</summary>
    /// <param name="results">What the tools gave just now.</param>
    public bool ReadsForeign(IReadOnlyCollection<ToolResult> results) =>
        Tools.Any(tool =>
            tool.HasShownForeignText?.Invoke() == true
            || !tool.StaysInside && results.Any(result => result.Ok && result.Name == tool.Name)
        );

    /// <summary>The plan once such text is in sight: with harmless tools only. (t-backend §9.7)</summary>
    public RunPlan WithoutRisk() =>
        this with
        {
            Tools = [.. Tools.Where(tool => tool.IsHarmless)],
        };
}

/// <summary>Something that happened in a run.</summary>
internal abstract record RunEvent
{
    private RunEvent() { }

    public sealed record Text(string Piece) : RunEvent;

    public sealed record Reasoning(string Piece) : RunEvent;

    public sealed record ToolCalled(string Name, JsonElement Arguments) : RunEvent;

    public sealed record ToolReturned(string Name, bool Ok) : RunEvent;
}

/// <summary>
/// The loop over a model and its tools: ask, do what it asks for, tell it what came of it, until it answers. Each step
/// is on disk before the next one begins, except the last, which is written with the answer.
/// </summary>
internal sealed class RunLoop(
    ModelRouter models,
    ToolCalls tools,
    SessionLog log,
    RunsOptions options,
    TimeProvider time
)
{
    public async IAsyncEnumerable<RunEvent> ExecuteAsync(
        RunPlan plan,
        RunRecord record,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        for (var call = 1; ; call++)
        {
            var isLast = call == options.MaxModelCalls || record.ToolCalls >= options.MaxToolCalls;
            var request = new ModelRequest(plan.Route, plan.Messages)
            {
                Options = OptionsFor(plan, isLast),
            };
            var started = time.GetUtcNow();
            var answer = new List<ChatResponseUpdate>();
            await foreach (var update in AskAsync(request, record, plan.Streams, cancellation))
            {
                answer.Add(update);
                foreach (var happened in Passed(update, record))
                    yield return happened;
            }
            var response = answer.ToChatResponse();
            var calls = isLast ? [] : CallsIn(response);
            record.Steps.Add(ModelStep(plan, record, response, calls, started));
            if (calls.Count == 0)
                yield break;

            await KeepStepsAsync(plan, record, cancellation);
            plan.Messages.AddMessages(response);
            foreach (var asked in calls)
                yield return new RunEvent.ToolCalled(asked.Name, ToolCalls.ArgumentsOf(asked));
            var results = await tools.RunAsync(plan, record, calls, cancellation);
            await KeepStepsAsync(plan, record, cancellation);
            plan.Messages.Add(
                new ChatMessage(ChatRole.Tool, [.. results.Select(result => result.Content)])
            );
            if (plan.ReadsForeign(results))
            {
                record.ReadForeign = true;
                plan = plan.WithoutRisk();
            }
            foreach (var result in results)
                yield return new RunEvent.ToolReturned(result.Name, result.Ok);
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AskAsync(
        ModelRequest request,
        RunRecord record,
        bool streams,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        (record.Provider, record.Model) = (request.Route.First.Provider, request.Route.First.Name);
        if (!streams)
        {
            var answer = await models.CompleteAsync(request, cancellation);
            record.Count(answer.Call);
            foreach (var update in answer.Response.ToChatResponseUpdates())
                yield return update;
            yield break;
        }
        var stream = models.StreamAsync(request);
        try
        {
            await foreach (var update in stream.WithCancellation(cancellation))
                yield return update;
        }
        finally
        {
            if (stream.Call is { } call)
                record.Count(call);
        }
    }

    private static ChatOptions OptionsFor(RunPlan plan, bool isLast)
    {
        if (plan.Tools.Count == 0 || isLast)
            return plan.Options;
        var options = plan.Options.Clone();
        options.Tools = [.. plan.Tools.Select(tool => tool.Function)];
        options.AllowMultipleToolCalls = true;
        return options;
    }

    private static IEnumerable<RunEvent> Passed(ChatResponseUpdate update, RunRecord record)
    {
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextContent { Text.Length: > 0 } text:
                    record.Text.Append(text.Text);
                    yield return new RunEvent.Text(text.Text);
                    break;
                case TextReasoningContent { Text.Length: > 0 } reasoning:
                    record.Reasoning.Append(reasoning.Text);
                    yield return new RunEvent.Reasoning(reasoning.Text);
                    break;
            }
        }
    }

    private static List<FunctionCallContent> CallsIn(ChatResponse response) =>
        [
            .. response
                .Messages.SelectMany(message => message.Contents)
                .OfType<FunctionCallContent>(),
        ];

    private Step ModelStep(
        RunPlan plan,
        RunRecord record,
        ChatResponse response,
        List<FunctionCallContent> calls,
        DateTimeOffset started
    ) =>
        new()
        {
            RunId = plan.Turn.Run,
            Number = record.NextStep++,
            WorkspaceId = plan.Turn.Workspace,
            Kind = StepKind.Model,
            Name = record.Model,
            Output = calls.Count == 0 ? response.Text : ToolCalls.ToJson(calls),
            Ok = true,
            StartedAt = started,
            FinishedAt = time.GetUtcNow(),
        };

    private async Task KeepStepsAsync(
        RunPlan plan,
        RunRecord record,
        CancellationToken cancellation
    )
    {
        await log.AppendStepsAsync(plan.Turn, [.. record.Steps], cancellation);
        record.Steps.Clear();
    }
}
