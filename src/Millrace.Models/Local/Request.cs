using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>The outcome of a tool call made for the present message.</summary>
internal sealed record ToolOutcome(
    string Tool,
    IDictionary<string, object?> Arguments,
    string Text,
    bool Failed
);

/// <summary>
/// What the local model reads from a conversation: the present message, parted into what it asks and the text that it
/// hands over; what was said before; recalled data; tools and their outcomes. Only what the user asks routes anything.
/// </summary>
internal sealed partial class Request
{
    private const int MostClauses = 16;
    private IReadOnlyList<Clause>? _told;
    private IReadOnlyList<Fact>? _facts;
    private IReadOnlyList<ToolSchema>? _tools;

    private Request() { }

    /// <summary>The present message without the text that it hands over.</summary>
    public required string Ask { get; init; }

    /// <summary>The present message whole.</summary>
    public required string Message { get; init; }

    /// <summary>Text handed over in the present message, or in an earlier one if this one has none.</summary>
    public required string? Handed { get; init; }

    public required bool HandedNow { get; init; }

    public required IReadOnlyList<Clause> Clauses { get; init; }

    /// <summary>Earlier turns of user and assistant, oldest first.</summary>
    public required IReadOnlyList<ChatMessage> Earlier { get; init; }

    public required IReadOnlyList<RecalledPart> Recalled { get; init; }

    public required IReadOnlyList<ToolOutcome> Outcomes { get; init; }

    public required IReadOnlyList<AIFunctionDeclaration> Tools { get; init; }

    public IReadOnlyList<ToolSchema> ToolSchemas =>
        _tools ??= [.. Tools.Select(tool => new ToolSchema(tool))];

    /// <summary>Outcomes that the answer has told already.</summary>
    public HashSet<ToolOutcome> Said { get; } = [];

    /// <summary>Number of the next tool call of this answer.</summary>
    public int NextCall { get; set; }

    public required ChatToolMode? ToolMode { get; init; }

    public required ChatResponseFormat? Format { get; init; }

    /// <summary>The answer is JSON: by the request's format, or because the message names the keys of an object.</summary>
    public required bool IsJson { get; init; }

    /// <summary>Everything that the user said before, as clauses, oldest first.</summary>
    public IReadOnlyList<Clause> Told => _told ??= [.. ToldTexts().SelectMany(Sentences.Clauses)];

    /// <summary>What the user told about themselves, here and before, oldest first.</summary>
    public IReadOnlyList<Fact> Facts =>
        _facts ??= Local.Facts.Read(Told.Concat(Clauses).Where(clause => !clause.IsQuestion));

    public string? LastReply =>
        Earlier
            .LastOrDefault(message => message.Role == ChatRole.Assistant && message.Text.Length > 0)
            ?.Text;

    public string? LastAsk => Earlier.LastOrDefault(message => message.Role == ChatRole.User)?.Text;

    public static Request Read(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var all = messages.ToList();
        var last = all.FindLastIndex(message => message.Role == ChatRole.User);
        var (ask, handed) = last < 0 ? ("", null) : HandedText.Part(all[last].Text);
        var isJson =
            options?.ResponseFormat is ChatResponseFormatJson
            || (AsksForJson().IsMatch(ask) && AskedShape.Of(all[last].Text) is not null);
        var earlier = all.Take(Math.Max(last, 0))
            .Where(message => message.Role == ChatRole.User || message.Role == ChatRole.Assistant)
            .ToList();
        return new Request
        {
            Ask = ask,
            Message = last < 0 ? "" : all[last].Text,
            Handed = handed ?? EarlierText(earlier),
            HandedNow = handed is not null,
            Clauses = [.. ClausesOf(ask, isJson).Take(MostClauses)],
            Earlier = earlier,
            Recalled = [.. all.SelectMany(RecalledContext.Read)],
            Outcomes = ReadOutcomes(all[(last + 1)..]),
            Tools =
                options?.ToolMode is NoneChatToolMode
                    ? []
                    :
                    [
                        .. (options?.Tools ?? [])
                            .OfType<AIFunctionDeclaration>()
                            .Where(tool => !SearchedBefore.Marks(tool)),
                    ],
            ToolMode = options?.ToolMode,
            Format = options?.ResponseFormat,
            IsJson = isJson,
        };
    }

    // Where the answer is JSON anyway, an order to answer in JSON asks nothing more.
    private static IEnumerable<Clause> ClausesOf(string ask, bool isJson) =>
        Sentences.Clauses(ask).Where(clause => !isJson || !AboutFormat().IsMatch(clause.Plain));

    private static string? EarlierText(List<ChatMessage> earlier)
    {
        for (var i = earlier.Count - 1; i >= 0; i--)
        {
            if (
                earlier[i].Role == ChatRole.User
                && earlier[i].Text.Length > 60
                && HandedText.Part(earlier[i].Text).Handed is { Length: > 40 } handed
            )
            {
                return handed;
            }
        }
        return null;
    }

    private IEnumerable<string> ToldTexts()
    {
        foreach (var part in Recalled)
        {
            if (part.Kind == RecalledKind.Summary)
            {
                yield return Summaries.AsTold(part.Text);
            }
            else if (
                part.Kind == RecalledKind.Memory
                && part.Source.StartsWith("user", StringComparison.OrdinalIgnoreCase)
            )
            {
                yield return HandedText.Part(part.Text).Ask;
            }
        }
        foreach (var message in Earlier)
        {
            if (message.Role == ChatRole.User)
            {
                yield return HandedText.Part(message.Text).Ask;
            }
        }
    }

    private static List<ToolOutcome> ReadOutcomes(List<ChatMessage> messages)
    {
        var calls = new Dictionary<string, FunctionCallContent>(StringComparer.Ordinal);
        var outcomes = new List<ToolOutcome>();
        foreach (var content in messages.SelectMany(message => message.Contents))
        {
            if (content is FunctionCallContent call)
            {
                calls[call.CallId] = call;
            }
            else if (content is FunctionResultContent result)
            {
                var made = calls.GetValueOrDefault(result.CallId);
                var text = TextOf(result);
                var failed =
                    result.Exception is not null
                    || text.StartsWith("error", StringComparison.OrdinalIgnoreCase);
                outcomes.Add(
                    new ToolOutcome(
                        made?.Name ?? "tool",
                        made?.Arguments ?? new Dictionary<string, object?>(),
                        text,
                        failed
                    )
                );
            }
        }
        return outcomes;
    }

    private static string TextOf(FunctionResultContent result) =>
        result.Result switch
        {
            null => result.Exception?.Message ?? "",
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
            JsonElement json => json.GetRawText(),
            TextContent text => text.Text,
            IEnumerable<AIContent> contents => string.Join(
                '\n',
                contents.OfType<TextContent>().Select(text => text.Text)
            ),
            var other => JsonSerializer.Serialize(other, AIJsonUtilities.DefaultOptions),
        };

    [GeneratedRegex(
        @"\b(?:as|in|into|return|output|reply with|respond with|answer with|give me|produce) (?:a |an |valid |plain |only )*json\b|\bjson (?:object|with|of|form)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksForJson();

    [GeneratedRegex(
        @"\bjson\b|^(?:use|with) (?:the )?(?:keys?|fields?|properties)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AboutFormat();
}
