using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>Reads facts out of what a user says by rule, with a name or a role of what was said before.</summary>
internal static class SaidFacts
{
    // Whoever "she" may be.
    private static readonly Known Somebody = new(null, "Sam", null, null, null, null);

    /// <summary>Whether there may be a fact in a message: the same reading, with a name for whom it does not name.</summary>
    public static bool MayHold(string message)
    {
        var spoken = new SpokenOf("");
        foreach (var sentence in SaidReader.Sentences(message))
        {
            var text = spoken.WithNames(sentence, [Somebody]);
            spoken.Hear(text);
            if (SaidReader.ReadSentence(text) is not null)
                return true;
        }
        return false;
    }

    /// <param name="before">What is known, the latest first.</param>
    public static List<NewFact> Read(SaidTurn turn, IEnumerable<Known> before)
    {
        List<Known> known = [.. before];
        var kept = new List<NewFact>();
        var spoken = new SpokenOf(turn.Subject);
        foreach (var sentence in SaidReader.Sentences(turn.Text))
        {
            var text = spoken.WithNames(sentence, known);
            spoken.Hear(text);
            foreach (var fact in Facts(text, turn, known))
            {
                kept.Add(fact);
                known.Insert(0, Known.Of(fact));
            }
        }
        return kept;
    }

    private static IEnumerable<NewFact> Facts(string text, SaidTurn turn, List<Known> known)
    {
        if (SaidReader.ReadSentence(text) is not { } said)
            return [];
        var fact = new NewFact { Text = said.Text, ValidFrom = Since(said.Text, turn) };
        if (said.Meant is { } meant)
            return Corrected(fact, said, meant, known) is { } corrected ? [corrected] : [];
        if (said.When is { } when)
            return Retimed(fact, when, turn, known) is { } retimed ? [retimed] : [];
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
        if (slot.Predicate[0] is not '=' && slot.Subject is not "")
            return slot with { Subject = slot.Subject is { } name ? Whole(name, known) : user };
        var before = known.Find(one =>
            one is { Predicate: { } relation, Object: { } value }
            && (
                slot.Predicate is SlotRules.SamePlace
                    ? one.Subject == Whole(slot.Subject ?? user, known)
                        && (
                            relation.EndsWith("_at", StringComparison.Ordinal)
                            || relation.EndsWith("_for", StringComparison.Ordinal)
                        )
                : slot.Predicate is SlotRules.SamePost
                    ? relation.StartsWith("has_", StringComparison.Ordinal)
                        && char.IsUpper(value[0])
                : slot.Old is { } old
                    ? value.Contains(old, StringComparison.OrdinalIgnoreCase)
                        || old.Contains(value, StringComparison.OrdinalIgnoreCase)
                : slot.Subject is "" ? one.Predicate == slot.Predicate
                : one.Subject == Whole(slot.Subject ?? user, known) && char.IsDigit(value[0])
            )
        );
        return before is not null
                ? slot with
                {
                    Subject = before.Subject,
                    Predicate = before.Predicate!,
                }
            : slot.OrMine ? slot with { Subject = user }
            : null;
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

    /// <summary>What was told last, or what of it is named again, from another time on; null when that is not known.</summary>
    private static NewFact? Retimed(NewFact fact, string when, SaidTurn turn, List<Known> known)
    {
        var told =
            known.Find(one =>
                one is { Id: not null, Object: { } value }
                && fact.Text.Contains(value, StringComparison.OrdinalIgnoreCase)
            ) ?? known.Find(one => one is { Id: not null, Predicate: not null });
        return told is null || Stated(when, turn) is not { } since
            ? null
            : fact with
            {
                Subject = told.Subject,
                Predicate = told.Predicate,
                Object = told.Object,
                ValidFrom = since,
                IsOnly = true,
                Corrects = told.Id,
                Text = $"{told.Subject} {told.Predicate?.Replace('_', ' ')} {told.Object}",
            };
    }

    // The clause's own time goes before another in its sentence. Null where the text says it whole, so that it is read there.
    private static DateTimeOffset? Since(string clause, SaidTurn turn, string sentence = "")
    {
        foreach (var text in (string[])[clause, sentence])
        {
            if (DatePhrases.Read(text).IsStated)
                return DatePhrases.Read(text).From;
            if (RelativeTime.Read(text, turn.At) is { } since)
                return since;
        }
        return turn.At;
    }

    private static DateTimeOffset? Stated(string text, SaidTurn turn) =>
        DatePhrases.Read(text).From ?? RelativeTime.Read(text, turn.At);

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
