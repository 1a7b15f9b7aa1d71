using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>A fact with the names that a reader wants beside it.</summary>
public sealed record FactView
{
    public required Id<Fact> Id { get; init; }

    public required Id<KnowledgeGraph> GraphId { get; init; }

    /// <summary>The first version of it.</summary>
    public required Id<Fact> OriginId { get; init; }

    public required Id<Episode> EpisodeId { get; init; }

    /// <summary>One of several relations that were read out of one statement.</summary>
    public required bool IsPart { get; init; }

    public required string Text { get; init; }

    public Id<Entity>? SubjectId { get; init; }

    public string? Predicate { get; init; }

    public Id<Entity>? ObjectId { get; init; }

    public string? Value { get; init; }

    public DateTimeOffset? ValidFrom { get; init; }

    public DateTimeOffset? ValidTo { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public DateTimeOffset? RetractedAt { get; init; }

    public Id<Fact>? SupersededBy { get; init; }

    public Id<Episode>? EndedBy { get; init; }

    public required double Confidence { get; init; }

    public string? Source { get; init; }

    public string? Rule { get; init; }

    /// <summary>A JSON object.</summary>
    public string? Metadata { get; init; }

    public string? Subject { get; init; }

    /// <summary>The other entity's name, or the value.</summary>
    public string? Object { get; init; }

    public string? Session { get; init; }

    /// <summary>The kind of its evidence, such as <c>turn</c>.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>What it rests on goes with a document.</summary>
    public bool RestsOnDocument => Evidence == "document";

    /// <summary>The workspace that wrote it, where that is not the graph's own.</summary>
    public Id<Workspace>? WrittenBy { get; init; }

    /// <summary>The fact of another graph that it is a copy of.</summary>
    public Id<Fact>? CopiedFrom { get; init; }

    /// <summary>An entity in it has its name from such a workspace.</summary>
    public bool IsNamedByGuest { get; init; }

    /// <summary>It is not in the words of the graph's own workspace.</summary>
    public bool IsOthersWords => RestsOnDocument || WrittenBy is not null || IsNamedByGuest;

    /// <summary>It relates two entities.</summary>
    public bool IsEdge => SubjectId is not null && ObjectId is not null;

    /// <summary>Its relation was read out of its text by rule, or it has none.</summary>
    internal bool IsRead => Rule is not (null or "model") || SubjectId is null;

    internal Span Valid => new(Milliseconds(ValidFrom), Milliseconds(ValidTo));

    internal const string Columns = """
        f.id, f.graph_id, f.origin_id, f.episode_id, f.is_part, f.text, f.subject_id, f.predicate, f.object_id, f.value,
        f.valid_from, f.valid_to, f.recorded_at, f.retracted_at, f.superseded_by, f.ended_by, f.confidence, f.source,
        f.rule, f.metadata, s.name, o.name, e.session, e.kind, f.written_by,
        s.written_by IS NOT NULL OR o.written_by IS NOT NULL, f.copied_from
        """;

    internal const string Joins = """
        LEFT JOIN entities s ON s.id = f.subject_id LEFT JOIN entities o ON o.id = f.object_id
        JOIN episodes e ON e.id = f.episode_id
        """;

    /// <summary>For a query whose parameters 3 and 4 are the time in the world and the time in the graph.</summary>
    internal const string IsTrue = """
        f.recorded_at <= $4 AND (f.retracted_at IS NULL OR f.retracted_at > $4)
        AND (f.valid_from IS NULL OR f.valid_from <= $3) AND (f.valid_to IS NULL OR f.valid_to > $3)
        """;

    internal FactView WithoutRelation() =>
        this with
        {
            SubjectId = null,
            Subject = null,
            Predicate = null,
            ObjectId = null,
            Object = null,
            Value = null,
            Rule = null,
        };

    /// <summary>For a query whose parameters 1 and 3 are the workspace and the fact's first version.</summary>
    internal const string IsVersion = """
        f.id IN (SELECT id FROM facts WHERE id = $3
            UNION ALL SELECT id FROM facts WHERE workspace_id = $1 AND origin_id = $3 AND origin_id <> id)
        """;

    internal static FactView Read(Row row) =>
        new()
        {
            Id = row.Id<Fact>(0),
            GraphId = row.Id<KnowledgeGraph>(1),
            OriginId = row.Id<Fact>(2),
            EpisodeId = row.Id<Episode>(3),
            IsPart = row.Flag(4),
            Text = row.Text(5),
            SubjectId = row.IdOrNull<Entity>(6),
            Predicate = row.TextOrNull(7),
            ObjectId = row.IdOrNull<Entity>(8),
            Value = row.TextOrNull(9),
            ValidFrom = row.TimeOrNull(10),
            ValidTo = row.TimeOrNull(11),
            RecordedAt = row.Time(12),
            RetractedAt = row.TimeOrNull(13),
            SupersededBy = row.IdOrNull<Fact>(14),
            EndedBy = row.IdOrNull<Episode>(15),
            Confidence = row.Number(16),
            Source = row.TextOrNull(17),
            Rule = row.TextOrNull(18),
            Metadata = row.TextOrNull(19),
            Subject = row.TextOrNull(20),
            Object = row.TextOrNull(21) ?? row.TextOrNull(9),
            Session = row.TextOrNull(22),
            Evidence = row.Text(23),
            WrittenBy = row.IdOrNull<Workspace>(24),
            IsNamedByGuest = row.Flag(25),
            CopiedFrom = row.IdOrNull<Fact>(26),
        };

    private static long? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
