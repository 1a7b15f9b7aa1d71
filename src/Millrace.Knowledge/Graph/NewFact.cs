using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Graph;

/// <summary>Something to be held true. What is left out is read from the text where a rule is sure of it.</summary>
public sealed record NewFact
{
    public required string Text { get; init; }

    public string? Subject { get; init; }

    /// <summary>Goes before <see cref="Subject"/>.</summary>
    public Id<Entity>? SubjectId { get; init; }

    public string? Predicate { get; init; }

    /// <summary>Another entity's name, or a value: what begins with a digit, is an address or longer than a name.</summary>
    public string? Object { get; init; }

    /// <summary>Goes before <see cref="Object"/>.</summary>
    public Id<Entity>? ObjectId { get; init; }

    /// <summary>Null: the time in the text, else now.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    public DateTimeOffset? ValidTo { get; init; }

    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; } = 1;

    public string? Source { get; init; }

    public string? Session { get; init; }

    /// <summary>What was said, of which the text is a part; null when the text is all of it.</summary>
    public string? Evidence { get; init; }

    /// <summary>What kind of evidence it is: <c>statement</c>, <c>turn</c>, <c>document</c>.</summary>
    public string Kind { get; init; } = "statement";

    /// <summary>The subject has one object of this relation at a time, whatever the settings say of the relation.</summary>
    public bool IsOnly { get; init; }

    /// <summary>A JSON object.</summary>
    public string? Metadata { get; init; }

    internal Id<Document>? Document { get; init; }

    /// <summary>Whose words they are, when they are copied from another's graph.</summary>
    internal Id<Workspace>? WrittenBy { get; init; }

    /// <summary>The fact of another graph that it is a copy of.</summary>
    internal Id<Fact>? CopiedFrom { get; init; }

    /// <summary>What read the relation, when it was not given by the writer.</summary>
    internal string? Rule { get; init; }

    /// <summary>What the subject is, should it be new to the graph.</summary>
    internal string SubjectType { get; init; } = "";

    internal string ObjectType { get; init; } = "";

    /// <summary>The relation is no longer so from <see cref="ValidTo"/> on.</summary>
    internal bool Ends { get; init; }

    /// <summary>A fact that was told wrongly, and whose place this one takes for all time.</summary>
    internal Id<Fact>? Corrects { get; init; }
}

/// <summary>A change of a fact: what is null stays.</summary>
public sealed record FactChange
{
    public Id<Fact> Fact { get; init; }

    /// <summary>Only of a fact that relates two entities, and still does.</summary>
    public bool IsOfEdge { get; init; }

    public string? Text { get; init; }

    public DateTimeOffset? ValidFrom { get; init; }

    public DateTimeOffset? ValidTo { get; init; }

    /// <summary>Takes the end away.</summary>
    public bool Reopen { get; init; }

    public double? Confidence { get; init; }

    public string? Metadata { get; init; }
}

/// <summary>A fact that was written.</summary>
/// <param name="Existed">The graph does not write the same twice, and had it already.</param>
public sealed record WrittenFact(FactView Fact, bool Existed);
