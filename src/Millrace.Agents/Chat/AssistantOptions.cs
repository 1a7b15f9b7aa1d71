using Millrace.Core.Failures;
using Millrace.Core.Settings;

namespace Millrace.Agents.Chat;

/// <summary>How the assistant introduces itself to a model, and how long a caller waits for it.</summary>
public sealed class AssistantOptions : ISection
{
    public static string Name => "Assistant";

    /// <summary>The system prompt for callers who give none.</summary>
    public string System { get; set; } =
        "You are a helpful assistant. Answer plainly and correctly. Use the tools you are given when they help, and say so when you do not know.";

    /// <summary>System prompts by the name that a request's <c>persona</c> or <c>profile</c> gives.</summary>
    public IDictionary<string, string> Personas { get; set; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long an answer that is not streamed may take.</summary>
    public TimeSpan AnswerLimit { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>What a caller is told whose answer took longer.</summary>
    public TimedOut TooLate() =>
        new(
            "answer_timed_out",
            $"The answer took longer than {AnswerLimit.TotalSeconds:0} seconds. Ask for less at once, stream the answer, or use a background task."
        );

    public IEnumerable<string> Validate()
    {
        if (AnswerLimit <= TimeSpan.Zero || AnswerLimit > TimeSpan.FromHours(1))
            yield return "Millrace:Assistant:AnswerLimit must be more than nothing and at most an hour.";
        foreach (var persona in Personas.Where(persona => string.IsNullOrWhiteSpace(persona.Value)))
            yield return $"Millrace:Assistant:Personas:{persona.Key} is empty; give its system prompt.";
    }
}
