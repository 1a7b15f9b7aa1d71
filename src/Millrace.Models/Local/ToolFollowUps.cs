using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Understands an answer to what a tool was asked back about.</summary>
internal sealed partial class ToolFollowUps(ToolChoice choice, ToolCalls calls, Calendar calendar)
{
    /// <summary>Goes on with a tool that was offered, or for which an argument was asked, in the turn before.</summary>
    public async ValueTask<Reply?> AnswerAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (
            clause.IsQuestion
            || clause.Text.Length > 300
            || request.Clauses.Count != 1
            || request.ToolSchemas.Count == 0
        )
        {
            return null;
        }
        if (Never().IsMatch(clause.Plain))
        {
            return
                request.LastReply is { } said && (Asked().IsMatch(said) || Offered().IsMatch(said))
                ? new Reply("All right, I leave it.")
                : null;
        }
        if (Accepted(clause, request) is { } accepted)
        {
            var wish = await OriginAsync(request.LastAsk!, accepted, request, cancellationToken);
            return await calls.UseAsync(accepted, wish, request, cancellationToken);
        }
        var given = new List<(string Slot, string Answer)>();
        var answer = clause.Text;
        var at = request.Earlier.Count - 1;
        string? name = null;
        while (
            at >= 1
            && Asked().Match(request.Earlier[at].Text) is { Success: true } asked
            && asked.Groups["tool"].Value == (name ?? asked.Groups["tool"].Value)
        )
        {
            name = asked.Groups["tool"].Value;
            given.Add((asked.Groups["slot"].Value, answer));
            answer = request.Earlier[at - 1].Text;
            at -= 2;
        }
        if (request.ToolSchemas.FirstOrDefault(tool => tool.Name == name) is not { } tool)
        {
            return null;
        }
        var origin = await OriginAsync(answer, tool, request, cancellationToken);
        var filled = Slots.Fill(tool, origin, request, calendar.Today);
        foreach (var (slotName, text) in given)
        {
            if (
                tool.Slots.FirstOrDefault(slot => slot.Name == slotName) is { } slot
                && SlotAnswers.Read(slot, text, calendar.Today) is { } value
            )
            {
                filled.Arguments[slotName] = value;
            }
        }
        filled.Missing.RemoveAll(slot => filled.Arguments.ContainsKey(slot.Name));
        return await calls.CallAsync(tool, filled, origin, request, cancellationToken);
    }

    // The tool of "Shall I use …?" that was agreed to, or the one named of "Do you mean … or …?".
    private static ToolSchema? Accepted(Clause clause, Request request)
    {
        if (
            request.LastAsk is null
            || request.LastReply is not { } said
            || Offered().Match(said) is not { Success: true } offer
        )
        {
            return null;
        }
        var offered = request
            .ToolSchemas.Where(tool =>
                offer.Groups["tools"].Value.Split(" or ").Contains(tool.Name)
            )
            .ToList();
        return offered.Count == 1 && Yes().IsMatch(clause.Plain)
            ? offered[0]
            : offered.Find(tool =>
                clause.Text.Contains(tool.Name, StringComparison.OrdinalIgnoreCase)
            );
    }

    private async ValueTask<Clause> OriginAsync(
        string text,
        ToolSchema tool,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var clauses = Sentences.Clauses(HandedText.Part(text).Ask);
        foreach (var clause in clauses.Take(8))
        {
            if (
                clauses.Count == 1
                || (await choice.RankAsync(clause, request, cancellationToken))[0].Tool == tool
            )
            {
                return clause;
            }
        }
        return new Clause(text);
    }

    [GeneratedRegex(@"^To use (?<tool>\S+) I need (?<slot>\w+)\b", RegexOptions.None, 1000)]
    private static partial Regex Asked();

    [GeneratedRegex(
        @"^(?:Do you mean|Shall I use) (?<tools>\S+(?: or \S+)*?)\?",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Offered();

    [GeneratedRegex(
        @"^(?:yes|yep|yeah|sure|ok|okay|please|please do|do it|do that|go ahead|go on|of course)(?:,? (?:please|do|do it|do that|use it))?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Yes();

    [GeneratedRegex(
        @"^(?:never ?mind|cancel|forget it|stop|leave it|no)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Never();
}
