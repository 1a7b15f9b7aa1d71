using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>
/// What the local model can do, in the order in which it tries: the first skill that answers a clause has answered it.
/// </summary>
internal sealed class Skills
{
    private delegate ValueTask<Reply?> Skill(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    );

    private readonly Skill[] _inOrder;

    public Skills(Meaning meaning, TimeProvider clock, double abstainBelow)
    {
        var calendar = new Calendar(clock);
        var textWork = new TextWork(new Summaries(meaning));
        var passages = new Passages(meaning, abstainBelow);
        var recall = new Recall(meaning);
        _inOrder =
        [
            Plain((clause, _) => Replies.SmallTalk(clause)),
            Plain(Recall.AboutConversation),
            Plain((clause, _) => Replies.Acknowledge(clause)),
            Plain(FactQuestions.Answer),
            Plain((clause, _) => calendar.Answer(clause)),
            Plain((clause, _) => Arithmetic.Answer(clause)),
            textWork.AnswerAsync,
            passages.AnswerAsync,
            recall.AnswerAsync,
            Plain((clause, _) => Replies.Note(clause)),
            Plain((clause, _) => FactQuestions.AsksAboutUser(clause) ? Replies.NotTold : null),
        ];
    }

    /// <summary>The whole answer, or the tools to call before there can be one.</summary>
    public async ValueTask<(string Text, IReadOnlyList<FunctionCallContent> Calls)> ComposeAsync(
        Request request,
        CancellationToken cancellationToken
    )
    {
        var replies = await AnswerAsync(request, cancellationToken);
        var calls = replies.SelectMany(reply => reply.Calls).ToList();
        return calls.Count > 0 ? ("", calls) : (Compose(request, replies), []);
    }

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
        var refused = request.Clauses.Where((_, i) => replies[i].IsRefusal).ToList();
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
}
