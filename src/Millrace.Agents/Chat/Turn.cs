using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Agents.Runs;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Stores;
using Millrace.Models.Images;

namespace Millrace.Agents.Chat;

/// <summary>One thing said to the assistant, and how it is to be answered.</summary>
public sealed record TurnRequest
{
    public required Principal Principal { get; init; }

    /// <summary>The route that usage is counted under, such as <c>/chat</c>.</summary>
    public required string Endpoint { get; init; }

    public required string Message { get; init; }

    /// <summary>The conversation's handle, the caller's own; null begins a conversation that gets a handle of ours.</summary>
    public string? SessionId { get; init; }

    /// <summary>Whether earlier turns of the session are seen and this one is kept.</summary>
    public bool Remembers { get; init; } = true;

    /// <summary>A picture that comes with the message, already checked.</summary>
    public ImageInput? Image { get; init; }

    /// <summary>Replaces the system prompt.</summary>
    public string? System { get; init; }

    /// <summary>A configured persona's name; unknown ones are ignored.</summary>
    public string? Persona { get; init; }

    /// <summary>Data that the model sees as untrusted text.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>Data kept with the turn that the model does not see.</summary>
    public JsonElement? Meta { get; init; }

    /// <summary>The only tools that may be used; null lets the assistant choose among all, empty means none.</summary>
    public IReadOnlyCollection<string>? Tools { get; init; }

    /// <summary>The vector stores whose documents may be used; null for all of the workspace, empty for none.</summary>
    public IReadOnlyCollection<Id<VectorStore>>? Stores { get; init; }

    /// <summary>The graphs whose facts may be used; null for that of the session, empty for none.</summary>
    public IReadOnlyList<OpenedGraph>? Graphs { get; init; }

    /// <summary>A model's name as the caller knows it; null and unknown names give the default.</summary>
    public string? Model { get; init; }

    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    public int? MaxTokens { get; init; }

    /// <summary>Whether the answer is to be one JSON object.</summary>
    public bool Structured { get; init; }

    /// <summary>
    /// What the caller names this turn by, so that the same turn sent again after a crash is recorded once. Unique
    /// within the session.
    /// </summary>
    public string? RequestKey { get; init; }
}

/// <summary>What came of a turn.</summary>
public sealed record TurnAnswer
{
    /// <summary>Never empty.</summary>
    public required string Reply { get; init; }

    public required string SessionId { get; init; }

    public required Id<Run> Run { get; init; }

    /// <summary>Tools by name with how often they were called; empty when none was.</summary>
    public required IReadOnlyDictionary<string, ToolTally> UsedTools { get; init; }

    /// <summary>The object asked for by <see cref="TurnRequest.Structured"/>; null when the model gave none.</summary>
    public JsonObject? ReplyJson { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    public string? Reasoning { get; init; }

    public required TokenCount Usage { get; init; }

    /// <summary>Set when the reply is a plain sentence in place of an answer: the failure's code.</summary>
    public string? Degraded { get; init; }
}

public sealed record TokenCount(long Prompt, long Completion)
{
    public long Total => Prompt + Completion;
}

/// <summary>A piece of an answer as it is made.</summary>
public abstract record TurnUpdate
{
    private TurnUpdate() { }

    /// <summary>More of the reply; all of them together are the reply.</summary>
    public sealed record Content(string Text) : TurnUpdate;

    public sealed record Reasoning(string Text) : TurnUpdate;

    public sealed record ToolCalled(string Name, JsonElement Arguments) : TurnUpdate;

    public sealed record ToolReturned(string Name, bool Ok) : TurnUpdate;

    /// <summary>A plain sentence in place of an answer, of which nothing had been sent; it is the whole reply.</summary>
    public sealed record Apology(string Code, string Text) : TurnUpdate;

    /// <summary>The model failed after content had been sent; <see cref="Finished"/> follows.</summary>
    public sealed record Broken(string Code, string Message) : TurnUpdate;

    /// <summary>Always the last.</summary>
    public sealed record Finished(TurnAnswer Answer) : TurnUpdate;
}
