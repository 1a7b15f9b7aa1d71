using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>What a user said in one turn.</summary>
/// <param name="Subject">The name that the user has in the graph.</param>
public sealed record SaidTurn(string Text, DateTimeOffset At, string Session, string Subject);

/// <summary>Keeps what users tell as facts of their session's graph, with their words as the evidence. (t-backend §9.6)</summary>
public sealed class GraphMemory(FactLog log, FactReader facts)
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
        var spoken = new SpokenOf(turn.Subject);
        foreach (var sentence in SaidReader.Sentences(turn.Text))
        {
            var text = spoken.WithNames(sentence, known);
            spoken.Hear(text);
            foreach (var fact in Facts(text, turn, known))
            {
                kept.Add(fact);
                known.Insert(
                    0,
                    new Known(fact.Subject, fact.Predicate, fact.Object, fact.ValidFrom)
                );
            }
        }
        return await log.AddAsync(graph, kept, also, cancellation);
    }

    private static IEnumerable<NewFact> Facts(string text, SaidTurn turn, List<Known> known)
    {
        if (SaidReader.ReadSentence(text) is not { } said)
            return [];
        var fact = new NewFact
        {
            Text = said.Text,
            Evidence = turn.Text,
            Kind = Kind,
            Session = turn.Session,
            ValidFrom = Since(said.Text, turn),
        };
        if (said.Meant is { } meant)
            return Corrected(fact, said, meant, known) is { } corrected ? [corrected] : [];
        if (said.Slots.Count == 0)
            return StatementReader.Read(said.Text).Claims.Count > 0
                ? [fact]
                : [fact with { Subject = turn.Subject }];
        return said
            .Slots.Select(slot => Placed(slot, known, turn.Subject))
            .OfType<Slot>()
            .Select(slot =>
                fact with
                {
                    // A clause's words find it better than those of the whole sentence.
                    Text = said.Slots.Count > 1 ? slot.Clause : said.Text,
                    Subject = slot.Subject,
                    Predicate = slot.Predicate,
                    Object = slot.Value,
                    ValidFrom = Since(slot.Clause, turn, said.Text),
                    IsOnly = true,
                }
            );
    }

    /// <summary>With its subject's whole name, and of what is said of another value's place with that place; null when nobody knows it.</summary>
    private static Slot? Placed(Slot slot, List<Known> known, string user)
    {
        if (slot.Predicate is not SlotRules.Same && slot.Subject is not "")
            return slot with { Subject = slot.Subject is { } name ? Whole(name, known) : user };
        var before = known.Find(one =>
            one is { Predicate: not null, Object: { } value }
            && (
                slot.Old is { } old
                    ? value.Contains(old, StringComparison.OrdinalIgnoreCase)
                        || old.Contains(value, StringComparison.OrdinalIgnoreCase)
                : slot.Subject is "" ? one.Predicate == slot.Predicate
                : one.Subject == Whole(slot.Subject ?? user, known) && char.IsDigit(value[0])
            )
        );
        return before is null
            ? null
            : slot with
            {
                Subject = before.Subject,
                Predicate = before.Predicate!,
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
                said.Wrong is { } old
                    ? value.Contains(old, StringComparison.OrdinalIgnoreCase)
                    : said.Text.Contains(value, StringComparison.OrdinalIgnoreCase)
                        || char.IsDigit(value[0]) == char.IsDigit(meant[0])
            )
        );
        if (wrong is null)
            return null;
        var right = said.Wrong is null
            ? meant
            : wrong.Object!.Replace(said.Wrong, meant, StringComparison.OrdinalIgnoreCase);
        return fact with
        {
            Subject = wrong.Subject,
            Predicate = wrong.Predicate,
            Object = right,
            ValidFrom = wrong.From,
            IsOnly = true,
            Text = $"{wrong.Subject} {wrong.Predicate?.Replace('_', ' ')} {right}",
        };
    }

    // The clause's own time goes before another in its sentence. Null where the text says it whole, so that it is read there.
    private static DateTimeOffset? Since(string clause, SaidTurn turn, string sentence = "")
    {
        foreach (var text in (string[])[clause, sentence])
        {
            var stated = DatePhrases.Read(text);
            if (stated.IsStated)
                return stated.From;
            if (RelativeTime.Read(text, turn.At) is { } since)
                return since;
        }
        return turn.At;
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
}

/// <summary>What a session said before, as far as it helps to understand what is said next.</summary>
internal sealed record Known(
    string? Subject,
    string? Predicate,
    string? Object,
    DateTimeOffset? From
);
