using System.Globalization;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>
/// Makes the calls of a chosen tool, asks for a required argument that the request lacks, and tells what came back when
/// the call was made already.
/// </summary>
internal sealed class ToolCalls(Calendar calendar, ToolAnswers answers)
{
    private const int MostCalls = 8;

    public async ValueTask<Reply?> UseAsync(
        ToolSchema tool,
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var filled = Slots.Fill(tool, clause, request, calendar.Today);
        return await CallAsync(tool, filled, clause, request, cancellationToken);
    }

    public async ValueTask<Reply?> CallAsync(
        ToolSchema tool,
        Slots.Filled filled,
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var outcomes = request.Outcomes.Where(outcome => outcome.Tool == tool.Name).ToList();
        if (outcomes.Count > 0)
        {
            var own = outcomes.Where(outcome => Matches(outcome, filled)).ToList();
            own =
                own.Count > 0
                    ? own
                    : [.. outcomes.Where(outcome => !request.Said.Contains(outcome))];
            return await answers.SayAsync(clause, own, request, cancellationToken);
        }
        if (filled.Missing.Count > 0)
        {
            var slot = filled.Missing[0];
            var what = slot.Description.Length > 0 ? $" ({slot.Description.TrimEnd('.')})" : "";
            var choice = slot.Values.Count > 0 ? $" One of: {string.Join(", ", slot.Values)}." : "";
            return new Reply($"To use {tool.Name} I need {slot.Name}{what}.{choice} What is it?");
        }
        return new Reply("") { Calls = Calls(tool, filled, request) };
    }

    private static List<FunctionCallContent> Calls(
        ToolSchema tool,
        Slots.Filled filled,
        Request request
    )
    {
        var place = tool.Slots.FirstOrDefault(slot =>
            slot.IsPlace && filled.Arguments.ContainsKey(slot.Name)
        );
        var several = place is null ? [] : SlotForms.Several(filled.Arguments[place.Name]);
        if (several.Count < 2)
        {
            return
            [
                new FunctionCallContent(
                    CallId(request, request.NextCall++),
                    tool.Name,
                    filled.Arguments
                ),
            ];
        }
        return
        [
            .. several
                .Take(MostCalls)
                .Select(each => new FunctionCallContent(
                    CallId(request, request.NextCall++),
                    tool.Name,
                    new Dictionary<string, object?>(filled.Arguments, StringComparer.Ordinal)
                    {
                        [place!.Name] = each,
                    }
                )),
        ];
    }

    public static string CallId(Request request, int at) =>
        $"call_{request.Earlier.Count + request.Outcomes.Count}_{at}_{Guid.NewGuid():N}"[..32];

    // One of several calls for places matches when all its other arguments do.
    private static bool Matches(ToolOutcome outcome, Slots.Filled filled) =>
        filled.Arguments.All(argument =>
            outcome.Arguments.TryGetValue(argument.Key, out var made)
            && (
                Plain(made) == Plain(argument.Value)
                || SlotForms
                    .Several(argument.Value)
                    .Contains(Plain(made), StringComparer.OrdinalIgnoreCase)
            )
        );

    private static string Plain(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
