using Millrace.Core.Ids;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// Writes a statement and the relations in it. One relation is the statement itself; several stand beside it as its
/// parts, each with a validity of its own.
/// </summary>
internal sealed class Statements(Contradictions contradictions)
{
    private const int LongestName = 100;

    public async ValueTask<WrittenFact> AddAsync(GraphWrite write, NewFact fact, Reading reading)
    {
        var isNew = !fact.Ends && fact.Corrects is null;
        if (write.Dedupe && isNew && await FindAsync(write, fact) is { } existing)
            return new WrittenFact(existing, Existed: true);
        var episode = await write.AddEpisodeAsync(fact);
        var statement = Statement(write, fact, reading, episode);
        if (fact.Subject is not null || fact.SubjectId is not null)
        {
            var named = await NamedAsync(write, statement, fact);
            if (fact.Ends)
                return new WrittenFact(named, await Contradictions.EndKnownAsync(write, named));
            if (fact.Corrects is { } wrong)
                named = await Corrections.TakeBackAsync(write, wrong, named);
            return new WrittenFact(
                await contradictions.AddAsync(write, named, fact.IsOnly),
                Existed: false
            );
        }
        return new WrittenFact(
            await WriteAsync(write, statement, fact, reading),
            Existed: false
        );
    }

    /// <summary>Writes a statement with the relations that were read in it.</summary>
    public async ValueTask<FactView> WriteAsync(
        GraphWrite write,
        FactView statement,
        NewFact fact,
        Reading reading
    )
    {
        foreach (var alias in reading.Aliases)
        {
            var (entity, _) = await write.Names.ResolveAsync(alias.Of);
            await write.Names.AddAliasAsync(entity, alias.Name);
        }
        var relations = await RelationsAsync(write, statement, fact, reading);
        if (relations is [{ IsPart: false } whole])
            return await contradictions.AddAsync(write, whole);
        await write.AddFactAsync(statement);
        foreach (var relation in relations)
            await contradictions.AddAsync(write, relation with { IsPart = true });
        return statement;
    }

    /// <summary>Adds the relations that a statement is read to have and that nothing was read for. How many.</summary>
    /// <param name="known">What rests on its evidence, taken back or not.</param>
    public async ValueTask<int> AddMissingAsync(
        GraphWrite write,
        FactView statement,
        List<FactView> known,
        Reading reading
    )
    {
        // What had ended was ended then; and it left no trace that it could be known again by.
        var lasting = reading with
        {
            Claims = [.. reading.Claims.Where(claim => !claim.Ends)],
        };
        var bare = new NewFact { Text = statement.Text };
        var relations = await RelationsAsync(write, statement, bare, lasting);
        var missing = relations.FindAll(relation =>
            !known.Exists(fact =>
                fact.SubjectId == relation.SubjectId
                && fact.Predicate == relation.Predicate
                && fact.ObjectId == relation.ObjectId
                && fact.Value == relation.Value
            )
        );
        foreach (var relation in missing)
            await contradictions.AddAsync(
                write,
                AsPart(write, relation with { RecordedAt = write.Now })
            );
        return missing.Count;
    }

    /// <summary>A relation whose text has changed, as the new text has it.</summary>
    public static async ValueTask<FactView> RewordAsync(
        GraphWrite write,
        FactView fact,
        string before,
        Reading reading
    )
    {
        if (fact.Predicate is null)
            return fact;
        if (fact.IsRead && reading.Claims is [{ Ends: false } claim])
            return await WithClaimAsync(write, fact.WithoutRelation(), claim);
        if (Rewording.ObjectOf(fact, before, reading) is { } other)
            return await WithObjectAsync(write, fact, other, type: "");
        // What was read and cannot be read again is not known to be so.
        return fact.IsRead || fact.Evidence != "statement" ? fact.WithoutRelation() : fact;
    }

    /// <summary>What is left to be written of what a text claims; an only one that goes on is the statement itself.</summary>
    private static async ValueTask<List<FactView>> RelationsAsync(
        GraphWrite write,
        FactView statement,
        NewFact fact,
        Reading reading
    )
    {
        var relations = new List<FactView>();
        foreach (var claim in reading.Claims)
        {
            var named = await WithClaimAsync(write, statement, claim);
            if (claim.Ends)
            {
                var end =
                    fact.ValidFrom ?? claim.Dates.From ?? claim.Dates.To ?? statement.RecordedAt;
                var past = AsPart(write, named with { ValidFrom = null, ValidTo = end });
                if (!await Contradictions.EndAsync(write, past))
                    relations.Add(past);
                continue;
            }
            relations.Add(
                Valid(
                    named,
                    fact,
                    fact.ValidFrom ?? claim.Dates.From ?? statement.ValidFrom,
                    fact.ValidTo ?? claim.Dates.To
                )
            );
        }
        return relations.Count == 1
            ? relations
            : relations.ConvertAll(relation =>
                relation.IsPart ? relation : AsPart(write, relation)
            );
    }

    private static FactView AsPart(GraphWrite write, FactView relation)
    {
        var id = write.NewId<Fact>();
        return relation with
        {
            Id = id,
            OriginId = id,
            IsPart = true,
            EndedBy = null,
            CopiedFrom = null,
            Text = $"{relation.Subject} {relation.Predicate!.Replace('_', ' ')} {relation.Object}",
        };
    }

    private static FactView Statement(
        GraphWrite write,
        NewFact fact,
        Reading reading,
        Id<Episode> episode
    )
    {
        var id = write.NewId<Fact>();
        var statement = new FactView
        {
            Id = id,
            GraphId = write.Graph,
            OriginId = id,
            EpisodeId = episode,
            IsPart = false,
            Text = fact.Text,
            RecordedAt = write.Now,
            Confidence = fact.Confidence,
            Source = fact.Source,
            Metadata = fact.Metadata,
            Session = fact.Session,
            WrittenBy = write.Guest ?? fact.WrittenBy,
            CopiedFrom = fact.CopiedFrom,
        };
        return Valid(
            statement,
            fact,
            StartOf(write, fact, reading),
            fact.ValidTo ?? reading.Dates.To
        );
    }

    /// <summary>Of a start and an end that cross, the one that the writer gave counts; of two that were read, the start.</summary>
    private static FactView Valid(
        FactView statement,
        NewFact fact,
        DateTimeOffset? from,
        DateTimeOffset? to
    )
    {
        var cross = from >= to;
        return statement with
        {
            ValidFrom = cross && fact.ValidTo is not null ? null : from,
            ValidTo = cross && fact.ValidTo is null ? null : to,
        };
    }

    /// <summary>Since when a statement is true; null for always.</summary>
    public static DateTimeOffset? StartOf(GraphWrite write, NewFact fact, Reading reading)
    {
        // What has ended began before it was said, nobody knows when.
        var hasEnded = (fact.ValidTo ?? reading.Dates.To) <= write.Now;
        return fact.ValidFrom ?? reading.Dates.From ?? (hasEnded ? null : write.Now);
    }

    private static async ValueTask<FactView> NamedAsync(
        GraphWrite write,
        FactView statement,
        NewFact fact
    )
    {
        var (subject, name) = await EntityAsync(
            write,
            fact.SubjectId,
            Named(fact.Subject, fact.SubjectType)
        );
        var named = statement with { SubjectId = subject, Subject = name, Rule = fact.Rule };
        var other = fact.Object;
        var hasObject = other is not null || fact.ObjectId is not null;
        if (fact.Predicate is null && !hasObject)
            return named;
        named = named with
        {
            Predicate = fact.Predicate is null ? "related_to" : Predicates.Of(fact.Predicate),
        };
        if (!hasObject)
            return named;
        if (fact.ObjectId is null)
            return await WithObjectAsync(write, named, other!, fact.ObjectType);
        var (entity, otherName) = await EntityAsync(write, fact.ObjectId, default);
        return named with { ObjectId = entity, Object = otherName };
    }

    private static async ValueTask<FactView> WithObjectAsync(
        GraphWrite write,
        FactView fact,
        string other,
        string type
    )
    {
        var bare = fact with { ObjectId = null, Value = null };
        if (IsValue(other))
            return bare with { Value = other, Object = other };
        var (entity, name) = await write.Names.ResolveAsync(Named(other, type));
        return bare with { ObjectId = entity, Object = name };
    }

    private static async ValueTask<(Id<Entity> Id, string Name)> EntityAsync(
        GraphWrite write,
        Id<Entity>? id,
        Mention mention
    ) =>
        id is { } known
            ? (known, (await EntityRows.LiveAsync(write, known)).Name)
            : await write.Names.ResolveAsync(mention);

    private static Mention Named(string? name, string type) =>
        new(name!) { Guess = type, Source = type.Length > 0 ? "model" : null };

    private static async ValueTask<FactView> WithClaimAsync(
        GraphWrite write,
        FactView statement,
        Claim claim
    )
    {
        var (subject, name) = await write.Names.ResolveAsync(claim.Subject);
        var named = statement with
        {
            SubjectId = subject,
            Subject = name,
            Predicate = claim.Predicate,
            Rule = claim.Rule,
        };
        if (claim.Value is { } value)
            return named with { Value = value, Object = value };
        var (other, otherName) = await write.Names.ResolveAsync(claim.Object);
        return named with { ObjectId = other, Object = otherName };
    }

    /// <summary>Whether an object is a value and no entity.</summary>
    public static bool IsValue(string text) =>
        text.Length > LongestName || char.IsAsciiDigit(text[0]) || text.Contains('@');

    /// <summary>What the graph has of the same already: of two entities their relation, else the text.</summary>
    private static async ValueTask<FactView?> FindAsync(GraphWrite write, NewFact fact)
    {
        if (fact is { SubjectId: { } subject, ObjectId: { } other })
        {
            var related = await write.FindAsync(
                """
                f.subject_id = $3 AND f.predicate = $4 AND f.object_id = $5 AND f.retracted_at IS NULL
                AND (f.valid_from IS NULL OR f.valid_from <= $6) AND (f.valid_to IS NULL OR f.valid_to > $6)
                ORDER BY f.id LIMIT 1
                """,
                subject.Value,
                Predicates.Of(fact.Predicate ?? ""),
                other.Value,
                write.Now
            );
            return related.FirstOrDefault();
        }
        var found = await FactWords.FindAsync(
            write.Db,
            write.Graph,
            Terms.Of(fact.Text),
            all: true,
            new Moment(write.Now),
            limit: 1_000
        );
        return found.Find(one =>
            !one.IsPart
            && one.Text == fact.Text
            && one.RecordedAt > write.Emptied
            // A copy is of one time among others of its text.
            && (
                fact.CopiedFrom is null
                || (fact.ValidFrom ?? one.ValidFrom, fact.ValidTo ?? one.ValidTo)
                    == (one.ValidFrom, one.ValidTo)
            )
        );
    }
}
