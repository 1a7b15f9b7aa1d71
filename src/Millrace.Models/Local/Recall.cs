using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>Quotes earlier statements of the user that answer a question, and tells what was said when.</summary>
internal sealed partial class Recall(Meaning meaning)
{
    private const double NearEnough = 0.5;
    private const double NearEnoughWithoutWord = 0.6;
    private const string Relations =
        "sister brother wife husband mother father son daughter friend partner boss cat dog uncle aunt cousin";
    private const int MostCompared = 64;
    private const int LongestQuote = 300;

    /// <summary>"What was my first question?", "What did you just say?"</summary>
    public static Reply? AboutConversation(Clause clause, Request request)
    {
        var text = clause.Plain;
        if (text.Length > 120 || !clause.IsQuestion)
        {
            return null;
        }
        if (YourLast().IsMatch(text))
        {
            return request.LastReply is { } said ? Quoted("I said", said) : Nothing();
        }
        var match = MyTurn().Match(text);
        if (!match.Success)
        {
            return null;
        }
        var own = request
            .Earlier.Where(message => message.Role == Microsoft.Extensions.AI.ChatRole.User)
            .Select(message => message.Text)
            .ToList();
        if (match.Groups["question"].Success)
        {
            own =
            [
                .. own.Where(turn =>
                    Sentences.Clauses(HandedText.Part(turn).Ask).Exists(part => part.IsQuestion)
                ),
            ];
        }
        if (own.Count == 0)
        {
            return Nothing();
        }
        return Quoted("You said", match.Groups["first"].Success ? own[0] : own[^1]);
    }

    public async ValueTask<Reply?> AnswerAsync(
        Clause question,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (!question.IsQuestion || question.Text.Length > 600)
        {
            return null;
        }
        var statements = request
            .Told.Where(told => !told.IsQuestion && told.Text.Length <= 600)
            .TakeLast(400)
            .ToList();
        if (statements.Count == 0)
        {
            return null;
        }
        var asked = question.Topic;
        var byWords = statements
            .Select(
                (statement, at) =>
                    (Statement: statement, Score: Words.Coverage(asked, statement.Topic), At: at)
            )
            .Where(each =>
                asked.Count > 1
                    ? each.Score >= 0.66
                    : each.Score == 1 && IsAboutOurs().IsMatch(question.Plain)
            )
            .OrderByDescending(each => each.Score)
            .ThenByDescending(each => each.At)
            .Select(each => each.Statement)
            .FirstOrDefault();
        if (byWords is not null)
        {
            return Said(byWords);
        }
        if (!IsAboutOurs().IsMatch(question.Plain))
        {
            return null;
        }
        var who = asked.Where(stem => Relations.Split(' ').Contains(stem)).ToList();
        var candidates = statements
            .Where(statement => who.TrueForAll(statement.Topic.Contains))
            .TakeLast(MostCompared)
            .ToList();
        if (candidates.Count == 0)
        {
            return null;
        }
        var nearness = await meaning.NearnessAsync(
            SecondPerson.Of(question.Plain),
            [.. candidates.Select(statement => SecondPerson.Of(statement.Plain))],
            cancellationToken
        );
        var best = Array.IndexOf(nearness, nearness.Max());
        var sharesWord = Words.Coverage(asked, candidates[best].Topic) > 0;
        return nearness[best] >= (sharesWord ? NearEnough : NearEnoughWithoutWord)
            ? Said(candidates[best])
            : null;
    }

    // What is understood as one fact is said back as such, anything else is quoted.
    private static Reply Said(Clause statement) =>
        Facts.Of(statement).Take(2).ToList() is [var fact]
            ? new Reply(fact.Told, fact.Value)
            : Quoted("You said", statement.Text);

    private static Reply Quoted(string who, string said)
    {
        var quote = said.Trim();
        quote = quote.Length <= LongestQuote ? quote : quote.CutTo(LongestQuote).TrimEnd() + "…";
        return new Reply($"{who}: “{quote}”", quote);
    }

    private static Reply Nothing() => new("Nothing was said before this in our conversation.");

    [GeneratedRegex(
        @"\b(?:what did you (?:just )?(?:say|answer|tell me|reply)|(?:repeat|what was) (?:that|your (?:last |previous )?(?:answer|reply|message))|say that again)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex YourLast();

    [GeneratedRegex(
        @"\b(?:what (?:was|is)|repeat|tell me) my (?:very )?(?:(?<first>first)|last|previous|most recent) (?:(?<question>question)|message|request|prompt|sentence|statement)\b|\bwhat did i (?:(?:just|last) (?:ask|say)|(?:ask|say)(?: to)?(?: you)? (?:(?<first>first|at the beginning)|last|before|just now))\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex MyTurn();

    // Only what speaks of the two of us or of a known thing may be answered by similarity alone.
    [GeneratedRegex(
        @"\b(?:my|i|me|we|our|us|the|this|that|did i|again)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex IsAboutOurs();
}
