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
        var (ask, handed) = last < 0 ? ("", null) : Part(all[last].Text);
        var isJson =
            options?.ResponseFormat is ChatResponseFormatJson
            || (AsksForJson().IsMatch(ask) && Shapes.AskedShape(all[last].Text) is not null);
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
                    : [.. (options?.Tools ?? []).OfType<AIFunctionDeclaration>()],
            ToolMode = options?.ToolMode,
            Format = options?.ResponseFormat,
            IsJson = isJson,
        };
    }

    /// <summary>Parts a message into what it asks and the text that it hands over, which is data.</summary>
    public static (string Ask, string? Handed) Part(string text)
    {
        var trimmed = text.Trim();
        if (Fence().Match(trimmed) is { Success: true } fence)
        {
            return (
                trimmed.Remove(fence.Index, fence.Length).Trim(),
                fence.Groups["text"].Value.Trim()
            );
        }
        if (Labelled().Match(trimmed) is { Success: true } labelled)
        {
            return (labelled.Groups["ask"].Value.Trim(), labelled.Groups["text"].Value.Trim());
        }
        var colon = trimmed.IndexOf(':', AfterExample(trimmed));
        if (
            colon is > 0 and < 400
            && colon + 1 < trimmed.Length
            && char.IsWhiteSpace(trimmed[colon + 1])
            && OrderOnText().IsMatch(trimmed[..colon])
        )
        {
            var handed = trimmed[(colon + 1)..].Trim().Trim('"', '“', '”').Trim();
            return (trimmed[..colon].Trim(), handed);
        }
        if (
            trimmed.Length < 8000
            && Quotation().Match(trimmed) is { Success: true } quote
            && OrderOnText().IsMatch(trimmed.Remove(quote.Index, quote.Length))
        )
        {
            return (
                trimmed.Remove(quote.Index, quote.Length).Trim(),
                quote.Groups["text"].Value.Trim()
            );
        }
        return PartLong(trimmed);
    }

    // An example object in the order holds colons that hand nothing over.
    private static int AfterExample(string text)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return open >= 0 && open < colon ? Math.Max(text.LastIndexOf('}'), open) : 0;
    }

    // A long text with a short question or order at its beginning or end.
    private static (string Ask, string? Handed) PartLong(string text)
    {
        if (text.Length < 250)
        {
            return (text, null);
        }
        var breakAt = text.IndexOf('\n');
        if (breakAt is > 0 and < 300 && IsAboutText(text[..breakAt]))
        {
            return (text[..breakAt].Trim(), text[breakAt..].Trim());
        }
        var lastBreak = text.LastIndexOf('\n');
        if (lastBreak > 0 && text.Length - lastBreak < 300 && IsAboutText(text[lastBreak..].Trim()))
        {
            return (text[lastBreak..].Trim(), text[..lastBreak].Trim());
        }
        if (text.Length < 600)
        {
            return (text, null);
        }
        var sentences = Sentences.Of(text);
        if (sentences.Count > 1 && sentences[^1].Length < 300 && IsAboutText(sentences[^1]))
        {
            return (
                sentences[^1],
                text[..text.LastIndexOf(sentences[^1], StringComparison.Ordinal)].Trim()
            );
        }
        if (sentences.Count > 1 && sentences[0].Length < 300 && IsAboutText(sentences[0]))
        {
            return (
                sentences[0],
                text[(text.IndexOf(sentences[0], StringComparison.Ordinal) + sentences[0].Length)..]
                    .Trim()
            );
        }
        return sentences.Count > 20 ? ("", text) : (text, null);
    }

    // Where the answer is JSON anyway, an order to answer in JSON asks nothing more.
    private static IEnumerable<Clause> ClausesOf(string ask, bool isJson) =>
        Sentences.Clauses(ask).Where(clause => !isJson || !AboutFormat().IsMatch(clause.Plain));

    private static bool IsAboutText(string ask) =>
        ask.EndsWith('?') || OrderOnText().IsMatch(ask) || Clause.OpensQuestion(ask);

    private static string? EarlierText(List<ChatMessage> earlier)
    {
        for (var i = earlier.Count - 1; i >= 0; i--)
        {
            if (
                earlier[i].Role == ChatRole.User
                && earlier[i].Text.Length > 60
                && Part(earlier[i].Text).Handed is { Length: > 40 } handed
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
                yield return Part(part.Text).Ask;
            }
        }
        foreach (var message in Earlier)
        {
            if (message.Role == ChatRole.User)
            {
                yield return Part(message.Text).Ask;
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

    [GeneratedRegex(
        "```[a-zA-Z0-9]*\\s*\\n?(?<text>.*?)(?:```|$)|\"\"\"(?<text>.*?)\"\"\"",
        RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Fence();

    [GeneratedRegex(
        @"^(?:text|context|passage|document|article|paragraph|input|data|story|email)\s*:\s*(?<text>.+?)\s*\n\s*(?:question|task|instruction|q)\s*:\s*(?<ask>.+)$",
        RegexOptions.Singleline | RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Labelled();

    [GeneratedRegex(
        @"\b(?:json|summari[sz]e|summary|sum up|tl;?dr|extract|count|how many (?:words|characters|letters|lines|sentences|vowels)|number of (?:words|characters|lines)|word count|reverse|backwards|upper ?case|lower ?case|capitali[sz]e|title ?case|sort|alphabet\w*|translate|translation|following|below|this (?:text|sentence|article|passage|paragraph|e-?mail|message|document|letter|note|list|story|transcript|conversation)|(?:given|based on|according to|from|in|using) (?:the|this) (?:text|article|passage|paragraph|document|context|message|e-?mail)|the (?:text|passage|article)|e-?mail addresses|proofread|paraphrase|rewrite|classify|sentiment|key ?words?|key points|list (?:all|the)|find (?:all|the)|title for|dedupe|deduplicate)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex OrderOnText();

    [GeneratedRegex(
        "\"(?<text>[^\"]+)\"|“(?<text>[^”]+)”|(?<!\\w)'(?<text>[^'\\n]+)'(?!\\w)|`(?<text>[^`]+)`",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Quotation();
}
