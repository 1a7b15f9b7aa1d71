using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Millrace.Agents.Sessions;
using Millrace.Agents.Tools;
using Millrace.Models.Routing;

namespace Millrace.Agents.Runs;

/// <summary>What came of one call of a tool.</summary>
internal sealed record ToolResult(string Name, FunctionResultContent Content, bool Ok, Step Step);

/// <summary>
/// Does what a model asks for, within limits. Calls that only read run side by side; one that changes something runs
/// alone and in order. A call that fails tells the model why, and the run goes on.
/// </summary>
internal sealed partial class ToolCalls(
    RunsOptions options,
    TimeProvider time,
    ILogger<ToolCalls> logger
)
{
    public async Task<List<ToolResult>> RunAsync(
        RunPlan plan,
        RunRecord record,
        List<FunctionCallContent> calls,
        CancellationToken cancellation
    )
    {
        var allowed = calls.Take(Math.Max(0, options.MaxToolCalls - record.ToolCalls)).ToList();
        var share = Math.Max(0, plan.ToolRoom - record.ToolTokens) / Math.Max(1, allowed.Count);
        var work = allowed.ConvertAll(call =>
            (Call: call, Tool: Find(plan.Tools, call.Name), Number: record.NextStep++)
        );
        var results = new List<ToolResult>(calls.Count);
        if (work.TrueForAll(item => item.Tool is null or { IsReadOnly: true }))
        {
            results.AddRange(
                await Task.WhenAll(
                    work.Select(item =>
                        RunAsync(plan, item.Tool, item.Call, item.Number, share, cancellation)
                    )
                )
            );
        }
        else
        {
            foreach (var (call, tool, number) in work)
                results.Add(await RunAsync(plan, tool, call, number, share, cancellation));
        }
        foreach (var result in results)
        {
            record.Count(result.Name, result.Ok);
            record.Steps.Add(result.Step);
            record.ToolTokens += TokenEstimate.Of(result.Step.Output);
        }
        // A model expects a result for each call that it made.
        results.AddRange(calls.Skip(allowed.Count).Select(call => Refused(plan, record, call)));
        return results;
    }

    public static JsonElement ArgumentsOf(FunctionCallContent call) =>
        JsonSerializer.SerializeToElement(
            call.Arguments ?? new Dictionary<string, object?>(),
            AIJsonUtilities.DefaultOptions
        );

    public static string ToJson(IEnumerable<FunctionCallContent> calls) =>
        JsonSerializer.Serialize(
            calls.Select(call => new AskedCall(call.Name, ArgumentsOf(call))),
            JsonSerializerOptions.Web
        );

    private async Task<ToolResult> RunAsync(
        RunPlan plan,
        Tool? tool,
        FunctionCallContent call,
        long number,
        long room,
        CancellationToken cancellation
    )
    {
        var started = time.GetUtcNow();
        var (output, ok) = tool is null
            ? ($"There is no tool {call.Name} here.", false)
            : await RunAsync(tool, call, cancellation);
        var shown = Shortened.To(
            Math.Min(room, TokenEstimate.OfBytes(options.MaxToolResult)),
            output
        );
        if (shown.Length == 0 && output.Length > 0)
            shown = "The result is left out: the model's window is full.";
        var step = new Step
        {
            RunId = plan.Turn.Run,
            Number = number,
            WorkspaceId = plan.Turn.Workspace,
            Kind = StepKind.Tool,
            Name = call.Name,
            Input = ArgumentsOf(call).GetRawText(),
            Output = shown,
            Ok = ok,
            StartedAt = started,
            FinishedAt = time.GetUtcNow(),
        };
        return new ToolResult(call.Name, new FunctionResultContent(call.CallId, shown), ok, step);
    }

    private async Task<(string Output, bool Ok)> RunAsync(
        Tool tool,
        FunctionCallContent call,
        CancellationToken cancellation
    )
    {
        using var limit = new CancellationTokenSource(options.ToolLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            limit.Token
        );
        try
        {
            // One that does not heed its cancellation is left to itself.
            var result = await tool
                .Function.InvokeAsync(new AIFunctionArguments(call.Arguments), either.Token)
                .AsTask()
                .WaitAsync(either.Token);
            return (Text(result), true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (
                $"The tool took longer than {options.ToolLimit.TotalSeconds:0} seconds.",
                false
            );
        }
        catch (ToolRefused refused)
        {
            return (refused.Message, false);
        }
        catch (Exception failure)
            when (failure is ArgumentException or JsonException or NotSupportedException)
        {
            return ("The arguments do not fit the tool's schema.", false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.Failed(logger, tool.Name, failure);
            return ("The tool failed.", false);
        }
    }

    private static string Text(object? result) =>
        result switch
        {
            null => "",
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
            JsonElement element => element.GetRawText(),
            _ => JsonSerializer.Serialize(result, AIJsonUtilities.DefaultOptions),
        };

    private static Tool? Find(IReadOnlyList<Tool> tools, string name) =>
        tools.FirstOrDefault(tool => tool.Name.Equals(name, StringComparison.Ordinal));

    private ToolResult Refused(RunPlan plan, RunRecord record, FunctionCallContent call)
    {
        var text = $"This run may not call tools more than {options.MaxToolCalls} times.";
        var now = time.GetUtcNow();
        var step = new Step
        {
            RunId = plan.Turn.Run,
            Number = record.NextStep++,
            WorkspaceId = plan.Turn.Workspace,
            Kind = StepKind.Tool,
            Name = call.Name,
            Input = ArgumentsOf(call).GetRawText(),
            Output = text,
            Ok = false,
            StartedAt = now,
            FinishedAt = now,
        };
        record.Steps.Add(step);
        return new ToolResult(
            call.Name,
            new FunctionResultContent(call.CallId, text),
            Ok: false,
            step
        );
    }

    private sealed record AskedCall(string Name, JsonElement Arguments);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Tool {Tool} failed")]
        public static partial void Failed(ILogger logger, string tool, Exception failure);
    }
}
