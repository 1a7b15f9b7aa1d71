using System.Text.RegularExpressions;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>What a user said in one turn.</summary>
/// <param name="Subject">The name that the user has in the graph.</param>
public sealed record SaidTurn(string Text, DateTimeOffset At, string Session, string Subject);

/// <summary>Keeps what users tell as facts of their session's graph, with their words as the evidence. (t-backend §9.6)</summary>
public sealed partial class GraphMemory(FactLog log, FactReader facts)
{
    /// <summary>The user's name in a graph of their own key.</summary>
    public const string User = "user";

    private const string Kind = "turn";
    private const int Recent = 12;

    /// <summary>Whether there may be something to keep in a message. It is the same reading, without the graph.</summary>
    public static bool MayHold(string message) => SaidReader.Read(message).Count > 0;

    /// <summary>Keeps what is worth it.</summary>
    /// <param name="also">What else belongs to the same write; it is made even where there is nothing to keep.</param>
    /// <exception cref="Forbidden">The graph may only be read.</exception>
    public async Task<IReadOnlyList<WrittenFact>> KeepAsync(
        OpenedGraph graph,
        SaidTurn turn,
        Func<Db, ValueTask> also,
        CancellationToken cancellation
    )
    {
        var before = await facts.ListAsync(
            graph,
            new FactFilter
            {
                Moment = new Moment(turn.At),
                Session = turn.Session,
                Limit = Recent,
            },
            cancellation
        );
        var known = before.ConvertAll(fact => new Known(
            fact.Subject,
            fact.Predicate,
            fact.Object,
            fact.ValidFrom
        ));
        var kept = new List<NewFact>();
        foreach (var said in SaidReader.Read(turn.Text))
        {
            var named = said with { Text = WithNames(said.Text, known, turn.Subject) };
            if (Fact(named, turn, known) is not { } fact)
                continue;
            kept.Add(fact);
            known.Insert(0, new Known(fact.Subject, fact.Predicate, fact.Object, fact.ValidFrom));
        }
        return await log.AddAsync(graph, kept, also, cancellation);
    }

    private static NewFact? Fact(SaidSentence said, SaidTurn turn, List<Known> known)
    {
        var fact = new NewFact
        {
            Text = said.Text,
            Evidence = turn.Text,
            Kind = Kind,
            Session = turn.Session,
            ValidFrom = Since(said.Text, turn),
        };
        if (said.Meant is { } meant)
            return Corrected(fact, said, meant, known);
        // Read again, since a name may stand in it by now.
        if ((said.Slot is null ? null : SlotRules.Read(said.Text) ?? said.Slot) is not { } slot)
            return StatementReader.Read(said.Text).Claims.Count > 0
                ? fact
                : fact with
                {
                    Subject = turn.Subject,
                };
        return fact with
        {
            Subject = slot.Subject is { } other ? Whole(other, known) : turn.Subject,
            Predicate = slot.Predicate,
            Object = slot.Value,
            IsOnly = true,
        };
    }

    /// <summary>What was said last, with another object from when it was to begin; null when nothing was.</summary>
    private static NewFact? Corrected(
        NewFact fact,
        SaidSentence said,
        string meant,
        List<Known> known
    )
    {
        var wrong = known.Find(one =>
            one.Object is { } value
            && (
                said.Text.Contains(value, StringComparison.OrdinalIgnoreCase)
                || char.IsDigit(value[0]) == char.IsDigit(meant[0])
            )
        );
        return wrong is null
            ? null
            : fact with
            {
                Subject = wrong.Subject,
                Predicate = wrong.Predicate,
                Object = meant,
                ValidFrom = wrong.From,
                IsOnly = true,
                Text = $"{wrong.Subject} {wrong.Predicate?.Replace('_', ' ')} {meant}",
            };
    }

    // Null where the text says it whole, so that it is read there.
    private static DateTimeOffset? Since(string text, SaidTurn turn)
    {
        var stated = DatePhrases.Read(text);
        return RelativeTime.Read(text, turn.At) ?? (stated.IsStated ? stated.From : turn.At);
    }

    /// <summary>A sentence that begins with "he" or "she", with the name of whom the session spoke of last.</summary>
    private static string WithNames(string text, List<Known> known, string user)
    {
        if (!Pronoun().IsMatch(text))
            return text;
        var last = known.Find(one => one.Subject is { } subject && subject != user)?.Subject;
        return last is null
            ? text
            : Pronoun().Replace(text, said => said.Length > 3 ? $"{last} is" : last, 1);
    }

    /// <summary>The whole name of whom the session named by it before.</summary>
    private static string Whole(string name, List<Known> known) =>
        known
            .Select(one => one.Subject)
            .FirstOrDefault(subject =>
                subject is not null
                && (
                    subject.StartsWith($"{name} ", StringComparison.OrdinalIgnoreCase)
                    || subject.EndsWith($" {name}", StringComparison.OrdinalIgnoreCase)
                )
            )
        ?? name;

    private sealed record Known(
        string? Subject,
        string? Predicate,
        string? Object,
        DateTimeOffset? From
    );

    [GeneratedRegex(
        @"\b(?:[Hh]e|[Ss]he)(?:['’]s\b|(?= is\b| has\b| lives\b| works\b| joined\b| moved\b| had\b))",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5_000
    )]
    private static partial Regex Pronoun();
}
