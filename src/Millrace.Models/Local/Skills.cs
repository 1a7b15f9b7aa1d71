using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>A whole answer, or the tools to call before there can be one.</summary>
internal sealed record Composed(string Text)
{
    public IReadOnlyList<FunctionCallContent> Calls { get; init; } = [];

    public IReadOnlyList<Quotable> Quotes { get; init; } = [];
}

/// <summary>
/// What the local model can do, in the order in which it tries: the first skill that answers a clause has answered it.
/// </summary>
internal sealed partial class Skills
{
    private delegate ValueTask<Reply?> Skill(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    );

    private readonly Skill[] _inOrder;
    private readonly ToolAnswers _answers;
    private readonly ToolRouting _tools;
    private readonly Shapes _shapes;

    public Skills(Meaning meaning, TimeProvider clock, double abstainBelow)
    {
        var calendar = new Calendar(clock);
        var summaries = new Summaries(meaning);
        var textWork = new TextWork(summaries);
        var passages = new Passages(meaning, abstainBelow);
        var recall = new Recall(meaning);
        _answers = new ToolAnswers(passages);
        _shapes = new Shapes(summaries, meaning, abstainBelow);
        var choice = new ToolChoice(meaning, calendar);
        var calls = new ToolCalls(calendar, _answers);
        _tools = new ToolRouting(choice, calls, calendar, _shapes);
        _inOrder =
        [
            new ToolFollowUps(choice, calls, calendar).AnswerAsync,
            Plain(SmallTalk.Answer),
            Plain(Recall.AboutConversation),
            Plain(
                (clause, request) =>
                    IsWish(clause, request) ? null : Acknowledgements.Of(clause, request)
            ),
            Plain(calendar.UntilOwn),
            Plain(KnownFacts.Answer),
            Plain(FactQuestions.Answer),
            _tools.CalculateAsync,
            Plain((clause, _) => calendar.Answer(clause)),
            Plain((clause, _) => Arithmetic.Answer(clause)),
            _tools.RouteAsync,
            textWork.AnswerAsync,
            passages.AnswerAsync,
            recall.AnswerAsync,
            new ToolSearch(calls).AnswerAsync,
            _tools.OfferAsync,
            Plain(Acknowledgements.Of),
            Plain((clause, _) => Acknowledgements.Note(clause)),
            Plain((clause, _) => FactQuestions.AsksAboutUser(clause) ? Replies.NotTold : null),
        ];
    }

    /// <summary>The whole answer, or the tools to call before there can be one.</summary>
    public async ValueTask<Composed> ComposeAsync(
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (request.ToolMode is RequiredChatToolMode required && request.Outcomes.Count == 0)
        {
            return await _tools.ForcedAsync(required, request, cancellationToken) is { } forced
                ? new Composed("") { Calls = [forced] }
                : new Composed(Replies.NoSuchTool);
        }
        var replies = await AnswerAsync(request, cancellationToken);
        var calls = replies.SelectMany(reply => reply.Calls).ToList();
        if (calls.Count > 0)
        {
            return new Composed("") { Calls = calls };
        }
        var text = Compose(request, replies);
        if (request.IsJson)
        {
            text = await _shapes.FillAsync(
                request,
                Bare(replies, text),
                replies,
                cancellationToken
            );
        }
        return new Composed(text) { Quotes = [.. replies.SelectMany(reply => reply.Quotes)] };
    }

    // In a shape, courtesy only stands where there is nothing else.
    private static string Bare(List<Reply> replies, string text)
    {
        var said = replies
            .Where(reply => reply is { IsRefusal: false, IsCourtesy: false })
            .Select(reply => reply.Text)
            .ToList();
        return said.Count > 0 ? Replies.Join(said) : text;
    }

    // With tools at hand, "I need the weather" and "we're out of milk, note it" are orders and no facts.
    private static bool IsWish(Clause clause, Request request) =>
        request.Tools.Count > 0 && Wish().IsMatch(clause.Plain);

    private static string Compose(Request request, List<Reply> replies)
    {
        if (replies.Count == 0)
        {
            return request.HandedNow ? Replies.WhatToDoWithText : Replies.Empty;
        }
        var said = replies
            .Where(reply => !reply.IsRefusal)
            .Select(reply => reply.Text)
            .Distinct()
            .ToList();
        var refused =
            replies.Count < request.Clauses.Count
                ? []
                : request.Clauses.Where((_, i) => replies[i].IsRefusal).ToList();
        if (refused.Count > 0)
        {
            said.Add(
                Replies.Refuse(
                    refused,
                    isOnlyPart: replies.Exists(reply =>
                        reply is { IsRefusal: false, IsCourtesy: false }
                    )
                )
            );
        }
        return Replies.Join(said);
    }

    // One reply per clause, in order; a refusal where no skill answers.
    private async ValueTask<List<Reply>> AnswerAsync(
        Request request,
        CancellationToken cancellationToken
    )
    {
        var replies = new List<Reply>();
        foreach (var clause in request.Clauses)
        {
            replies.Add(await AnswerAsync(clause, request, cancellationToken));
        }
        // What a tool returned is told even if no clause led to it, such as after a forced call.
        var untold = request.Outcomes.Where(outcome => !request.Said.Contains(outcome)).ToList();
        if (
            untold.Count > 0
            && replies.TrueForAll(reply => reply.Calls.Count == 0)
            && await _answers.SayAsync(new Clause(request.Ask), untold, request, cancellationToken)
                is { } told
        )
        {
            replies.RemoveAll(reply => reply.IsRefusal);
            replies.Add(told);
        }
        return replies;
    }

    private async ValueTask<Reply> AnswerAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        foreach (var skill in _inOrder)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await skill(clause, request, cancellationToken) is { } reply)
            {
                return reply;
            }
        }
        return new Reply("") { IsRefusal = true };
    }

    private static Skill Plain(Func<Clause, Request, Reply?> skill) =>
        (clause, request, _) => ValueTask.FromResult(skill(clause, request));

    [GeneratedRegex(
        @"^(?:i|we)(?:'d like| would like| want| need| have to| don't want| don't need)\b|, (?:please )?[a-z]+ (?:it|this|that|them)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Wish();
}
