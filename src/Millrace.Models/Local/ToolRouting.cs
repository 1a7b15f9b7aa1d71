using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>
/// Calls the tool that a clause asks for. When two are about as probable, or one is not probable enough, that becomes a
/// question. Only what the user asks is ever looked at, never data.
/// </summary>
internal sealed partial class ToolRouting(
    ToolChoice choice,
    ToolCalls calls,
    Calendar calendar,
    Shapes shapes
)
{
    private const double Certain = 0.6;
    private const double Likely = 0.4;
    private const double Rival = 0.2;

    /// <summary>Calculations go to a calculator among the tools.</summary>
    public ValueTask<Reply?> CalculateAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var tool = request.ToolSchemas.FirstOrDefault(tool => tool.IsCalculator);
        return tool is null || Arithmetic.Find(clause) is null
            ? ValueTask.FromResult<Reply?>(null)
            : calls.UseAsync(tool, clause, request, cancellationToken);
    }

    /// <summary>Calls the tool that the clause asks for, if it asks for one.</summary>
    public async ValueTask<Reply?> RouteAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (!MayAsk(clause, request))
        {
            return null;
        }
        if (Named(clause, request) is { } named)
        {
            return await calls.UseAsync(named, clause, request, cancellationToken);
        }
        var ranked = await choice.RankAsync(clause, request, cancellationToken);
        if (IsClear(ranked))
        {
            return await calls.UseAsync(ranked[0].Tool, clause, request, cancellationToken);
        }
        var rivals = ranked.TakeWhile(each => each.Probability >= Rival).ToList();
        return rivals.Count > 1 && rivals.Sum(each => each.Probability) >= Certain
            ? new Reply(
                $"Do you mean {string.Join(" or ", rivals.Select(each => each.Tool.Name))}? Name the tool, please."
            )
            : null;
    }

    /// <summary>Offers the tool that the clause may ask for, where nothing else had an answer.</summary>
    public async ValueTask<Reply?> OfferAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (!MayAsk(clause, request))
        {
            return null;
        }
        var best = (await choice.RankAsync(clause, request, cancellationToken))[0];
        return best.Probability >= Likely
            ? new Reply($"Shall I use {best.Tool.Name}? Say yes, or tell me otherwise.")
            : null;
    }

    /// <summary>The tool that must be called: the one named, or the best for the whole request.</summary>
    public async ValueTask<FunctionCallContent?> ForcedAsync(
        RequiredChatToolMode mode,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (request.ToolSchemas.Count == 0)
        {
            return null;
        }
        var whole = new Clause(request.Ask);
        var tool = mode.RequiredFunctionName is { } name
            ? request.ToolSchemas.FirstOrDefault(tool => tool.Name == name)
            : request
                .Clauses.Select(clause =>
                    Arithmetic.Find(clause) is null
                        ? null
                        : request.ToolSchemas.FirstOrDefault(tool => tool.IsCalculator)
                )
                .FirstOrDefault(tool => tool is not null)
                ?? (await choice.RankAsync(whole, request, cancellationToken))[0].Tool;
        if (tool is null)
        {
            return null;
        }
        var clauses = request.Clauses.Count > 0 ? request.Clauses : [whole];
        var filled = clauses
            .Select(clause => Slots.Fill(tool, clause, request, calendar.Today))
            .MinBy(each => each.Missing.Count)!;
        if (filled.Missing.Count > 0)
        {
            var shape = await shapes.ArgumentsAsync(tool.Schema, request, cancellationToken);
            foreach (var slot in filled.Missing)
            {
                filled.Arguments[slot.Name] = shape[slot.Name]?.DeepClone();
            }
        }
        return new FunctionCallContent(ToolCalls.CallId(request, 0), tool.Name, filled.Arguments);
    }

    // Likely enough by itself, or twice as likely as the next best and as no tool at all.
    private static bool IsClear(List<ToolCandidate> ranked)
    {
        var best = ranked[0].Probability;
        var none = 1 - ranked.Sum(each => each.Probability);
        var next = Math.Max(none, ranked.Skip(1).Select(each => each.Probability).FirstOrDefault());
        return best >= Certain || (best >= Likely && best >= 2 * next);
    }

    private static bool MayAsk(Clause clause, Request request) =>
        request.ToolSchemas.Count > 0 && clause.Text.Length <= 2000 && clause.Topic.Count > 0;

    private static ToolSchema? Named(Clause clause, Request request) =>
        request.ToolSchemas.FirstOrDefault(tool =>
            (tool.Name.Contains('_', StringComparison.Ordinal) || UseTool().IsMatch(clause.Plain))
            && clause.Text.Contains(tool.Name, StringComparison.OrdinalIgnoreCase)
        )
        ?? (
            UseTool().Match(clause.Plain) is { Success: true } use
                ? request.ToolSchemas.FirstOrDefault(tool =>
                    ToolSchema
                        .Spaced(tool.Name)
                        .Trim()
                        .Equals(use.Groups["name"].Value, StringComparison.OrdinalIgnoreCase)
                )
                : null
        );

    [GeneratedRegex(
        @"\b(?:use|call|run|invoke|with|using) (?:the )?(?<name>[\w -]{2,60}?)(?: (?:tool|function))\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex UseTool();
}
