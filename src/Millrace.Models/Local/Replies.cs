using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>The fixed sentences of the local model, how it refuses, and how it joins what it says.</summary>
internal static partial class Replies
{
    public const string Connect =
        "To connect one, set OPENAI_API_KEY (and OPENAI_BASE_URL for another server) or ANTHROPIC_API_KEY, or run `millrace models` and then `millrace models use NAME` for one found on this machine.";

    public const string Abilities =
        "remember what you tell me, calculate, work with dates and time zones, answer from text you give me, summarise, count and extract, fill JSON, and use the tools that are offered to me";

    public const string Refusal =
        "I can't answer that: no language model is connected, and I only say what stands in a source. I can "
        + Abilities
        + ". "
        + Connect;

    public const string NotedThat = "Noted: ";

    public const string Empty =
        "The message holds nothing that I can read. Tell me something, or ask me something.";

    public const string NoSuchTool = "There is no such tool to call in this request.";

    public const string WhatToDoWithText =
        "I have read the text. Ask me about it, or tell me to summarise it, count it or extract something from it.";

    public static Reply NotTold { get; } =
        new("You haven't told me that in this conversation.") { IsRefusal = false };

    public static Reply Courtesy(string text) => new(text) { IsCourtesy = true };

    /// <summary>One refusal for all clauses that nothing could answer.</summary>
    public static string Refuse(IReadOnlyList<Clause> clauses, bool isOnlyPart)
    {
        if (isOnlyPart)
        {
            var asked =
                clauses.Count == 1 && clauses[0].Text.Length <= 120
                    ? $"“{clauses[0].Text}”"
                    : "the rest";
            return $"I can't answer {asked}: no language model is connected. {Connect}";
        }
        return IsNotEnglish(clauses) ? $"{Refusal} I read English only." : Refusal;
    }

    /// <summary>One text of all; what is noted twice in a row is said in one sentence.</summary>
    public static string Join(IReadOnlyList<string> texts)
    {
        var said = new List<string>();
        foreach (var text in texts)
        {
            if (
                text.StartsWith(NotedThat, StringComparison.Ordinal)
                && said.Count > 0
                && said[^1].Contains(NotedThat, StringComparison.Ordinal)
            )
            {
                said[^1] = $"{said[^1].TrimEnd('.')}; {text[NotedThat.Length..]}";
            }
            else
            {
                said.Add(text);
            }
        }
        return string.Join(
            texts.Any(text => text.Contains('\n', StringComparison.Ordinal)) ? "\n\n" : " ",
            said
        );
    }

    private static bool IsNotEnglish(IReadOnlyList<Clause> clauses)
    {
        var text = string.Join(' ', clauses.Take(4).Select(clause => clause.Text));
        var sample = text.CutTo(2000);
        var letters = sample.Count(char.IsLetter);
        var foreign = sample.Count(letter => char.IsLetter(letter) && !char.IsAscii(letter));
        return letters > 0 && (foreign * 5 > letters || ForeignWords().Count(sample) >= 2);
    }

    [GeneratedRegex(
        @"\b(?:der|die|das|und|ist|nicht|ich|was|wie|el|los|las|qué|cómo|est|les|une|quel|quelle|pour|je|sono|che|della|il|koji|što|kako|gdje|jest|jako|och|är|een|het|wat|não|uma|você)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex ForeignWords();
}
