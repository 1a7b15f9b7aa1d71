using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>
/// Chooses the tool that a clause asks for, by its words and meaning and with a margin, and fills its arguments. A missing
/// argument or a near tie becomes a question. Only what the user asks is ever looked at, never data.
/// </summary>
internal sealed partial class ToolRouting(
    Meaning meaning,
    Calendar calendar,
    ToolAnswers answers,
    Shapes shapes
)
{
    private const double Certain = 0.52;
    private const double Margin = 0.04;
    private const int MostCalls = 8;

    // Verbs in the names of tools say little about what the tool is for.
    private static readonly FrozenSet<string> Verbs = FrozenSet.ToFrozenSet(
        "creat set find search send look lookup fetch add updat delet list check mak tak run current convert book".Split(
            ' '
        )
    );

    private static readonly FrozenDictionary<string, string> AlsoMeans = new (
        string Word,
        string[] Stems
    )[]
    {
        (
            "weather",
            [
                "rain",
                "umbrella",
                "cold",
                "warm",
                "hot",
                "sunny",
                "snow",
                "temperatur",
                "forecast",
                "wind",
            ]
        ),
        ("flight", ["fly", "plan", "airplan", "airlin"]),
        ("order", ["packag", "parcel", "shipment", "shipp", "ship", "delivery"]),
        ("music", ["song", "playlist", "album", "listen", "artist", "band"]),
        ("currency", ["chang", "exchang", "euro", "dollar", "usd", "eur", "gbp", "chf", "yen"]),
        ("stock", ["shar", "ticker"]),
        ("reminder", ["remind"]),
        ("event", ["meet", "appointment", "schedul"]),
        ("translat", ["translation"]),
    }
        .SelectMany(each => each.Stems.Select(stem => KeyValuePair.Create(stem, each.Word)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Calculations go to a calculator among the tools.</summary>
    public ValueTask<Reply?> CalculateAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var tool = request.ToolSchemas.FirstOrDefault(tool => tool.IsCalculator);
        return tool is null || Arithmetic.Find(clause) is null
            ? ValueTask.FromResult<Reply?>(null)
            : UseAsync(tool, clause, request, cancellationToken);
    }

    /// <summary>Calls the tool that the clause asks for, if it asks for one.</summary>
    public async ValueTask<Reply?> RouteAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (request.ToolSchemas.Count == 0 || clause.Text.Length > 2000 || clause.Topic.Count == 0)
        {
            return null;
        }
        if (Named(clause, request) is { } named)
        {
            return await UseAsync(named, clause, request, cancellationToken);
        }
        var ranked = await RankAsync(clause, request, cancellationToken);
        if (ranked[0].Score < Certain)
        {
            return null;
        }
        var tied = ranked
            .TakeWhile(each => each.Score > ranked[0].Score - Margin && each.Score >= Certain)
            .ToList();
        if (tied.Count > 1)
        {
            var ready = tied.Where(each => each.Ready).ToList();
            if (ready.Count != 1)
            {
                return new Reply(
                    $"Do you mean {string.Join(" or ", tied.Select(each => each.Tool.Name))}? Name the tool, please."
                );
            }
            tied = ready;
        }
        return await UseAsync(tied[0].Tool, clause, request, cancellationToken);
    }

    /// <summary>The last resort of a question: a tool that searches.</summary>
    public async ValueTask<Reply?> SearchAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (
            !clause.IsQuestion
            || FactQuestions.AsksAboutUser(clause) && !AsksDocuments().IsMatch(clause.Plain)
        )
        {
            return null;
        }
        var searches = request
            .ToolSchemas.Where(tool =>
                tool.IsSearch
                && tool.Words.Overlaps([
                    "web",
                    "internet",
                    "fil",
                    "document",
                    "graph",
                    "knowledg",
                    "search",
                    "vector",
                    "stor",
                ])
            )
            .ToList();
        var first =
            AsksDocuments().IsMatch(clause.Plain) ? "fil"
            : AsksWeb().IsMatch(clause.Plain) ? "web"
            : "";
        var ordered = searches
            .OrderByDescending(tool => first.Length > 0 && tool.AllWords.Contains(first))
            .ThenBy(tool => tool.Words.Contains("web"));
        Reply? last = null;
        foreach (var tool in ordered)
        {
            last = await UseAsync(tool, clause, request, cancellationToken);
            if (last is null or { IsRefusal: false })
            {
                return last;
            }
        }
        return last;
    }

    /// <summary>Goes on with a tool for which an argument was asked in the turn before.</summary>
    public async ValueTask<Reply?> GoOnAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (
            clause.IsQuestion
            || clause.Text.Length > 300
            || request.Clauses.Count != 1
            || request.ToolSchemas.Count == 0
        )
        {
            return null;
        }
        if (Never().IsMatch(clause.Plain))
        {
            return request.LastReply is { } said && Asked().IsMatch(said)
                ? new Reply("All right, I leave it.")
                : null;
        }
        var given = new List<(string Slot, string Answer)>();
        var answer = clause.Text;
        var at = request.Earlier.Count - 1;
        string? name = null;
        while (
            at >= 1
            && Asked().Match(request.Earlier[at].Text) is { Success: true } asked
            && asked.Groups["tool"].Value == (name ?? asked.Groups["tool"].Value)
        )
        {
            name = asked.Groups["tool"].Value;
            given.Add((asked.Groups["slot"].Value, answer));
            answer = request.Earlier[at - 1].Text;
            at -= 2;
        }
        if (request.ToolSchemas.FirstOrDefault(tool => tool.Name == name) is not { } tool)
        {
            return null;
        }
        var origin = await OriginAsync(answer, tool, request, cancellationToken);
        var filled = Slots.Fill(tool, origin, request, calendar.Today);
        foreach (var (slotName, text) in given)
        {
            if (
                tool.Slots.FirstOrDefault(slot => slot.Name == slotName) is { } slot
                && Slots.FromAnswer(slot, text, calendar.Today) is { } value
            )
            {
                filled.Arguments[slotName] = value;
            }
        }
        filled.Missing.RemoveAll(slot => filled.Arguments.ContainsKey(slot.Name));
        return await CallAsync(tool, filled, origin, request, cancellationToken);
    }

    /// <summary>The tool that must be called: the one named, or the best for the whole request.</summary>
    public async ValueTask<FunctionCallContent?> ForcedAsync(
        RequiredChatToolMode mode,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (request.ToolSchemas.Count == 0)
        {
            return null;
        }
        var whole = new Clause(request.Ask);
        var tool = mode.RequiredFunctionName is { } name
            ? request.ToolSchemas.FirstOrDefault(tool => tool.Name == name)
            : request
                .Clauses.Select(clause =>
                    Arithmetic.Find(clause) is null
                        ? null
                        : request.ToolSchemas.FirstOrDefault(tool => tool.IsCalculator)
                )
                .FirstOrDefault(tool => tool is not null)
                ?? (await RankAsync(whole, request, cancellationToken))[0].Tool;
        if (tool is null)
        {
            return null;
        }
        var clauses = request.Clauses.Count > 0 ? request.Clauses : [whole];
        var filled = clauses
            .Select(clause => Slots.Fill(tool, clause, request, calendar.Today))
            .MinBy(each => each.Missing.Count)!;
        if (filled.Missing.Count > 0)
        {
            var shape = await shapes.ArgumentsAsync(tool.Schema, request, cancellationToken);
            foreach (var slot in filled.Missing)
            {
                filled.Arguments[slot.Name] = shape[slot.Name]?.DeepClone();
            }
        }
        return new FunctionCallContent(CallId(request, 0), tool.Name, filled.Arguments);
    }

    private async ValueTask<Clause> OriginAsync(
        string text,
        ToolSchema tool,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var clauses = Sentences.Clauses(Request.Part(text).Ask);
        foreach (var clause in clauses.Take(8))
        {
            if (
                clauses.Count == 1
                || (await RankAsync(clause, request, cancellationToken))[0].Tool == tool
            )
            {
                return clause;
            }
        }
        return new Clause(text);
    }

    private async ValueTask<Reply?> UseAsync(
        ToolSchema tool,
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var filled = Slots.Fill(tool, clause, request, calendar.Today);
        return await CallAsync(tool, filled, clause, request, cancellationToken);
    }

    private async ValueTask<Reply?> CallAsync(
        ToolSchema tool,
        Slots.Filled filled,
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var outcomes = request.Outcomes.Where(outcome => outcome.Tool == tool.Name).ToList();
        if (outcomes.Count > 0)
        {
            var own = outcomes.Where(outcome => Matches(outcome, filled)).ToList();
            own =
                own.Count > 0
                    ? own
                    : [.. outcomes.Where(outcome => !request.Said.Contains(outcome))];
            return await answers.SayAsync(clause, own, request, cancellationToken);
        }
        if (filled.Missing.Count > 0)
        {
            var slot = filled.Missing[0];
            var what = slot.Description.Length > 0 ? $" ({slot.Description.TrimEnd('.')})" : "";
            var choice = slot.Values.Count > 0 ? $" One of: {string.Join(", ", slot.Values)}." : "";
            return new Reply($"To use {tool.Name} I need {slot.Name}{what}.{choice} What is it?");
        }
        return new Reply("") { Calls = Calls(tool, filled, request) };
    }

    private static List<FunctionCallContent> Calls(
        ToolSchema tool,
        Slots.Filled filled,
        Request request
    )
    {
        var place = tool.Slots.FirstOrDefault(slot =>
            Slots.IsPlace(slot) && filled.Arguments.ContainsKey(slot.Name)
        );
        var several = place is null ? [] : Slots.Several(filled.Arguments[place.Name]);
        if (several.Count < 2)
        {
            return
            [
                new FunctionCallContent(
                    CallId(request, request.NextCall++),
                    tool.Name,
                    filled.Arguments
                ),
            ];
        }
        return
        [
            .. several
                .Take(MostCalls)
                .Select(each => new FunctionCallContent(
                    CallId(request, request.NextCall++),
                    tool.Name,
                    new Dictionary<string, object?>(filled.Arguments, StringComparer.Ordinal)
                    {
                        [place!.Name] = each,
                    }
                )),
        ];
    }

    private static string CallId(Request request, int at) =>
        $"call_{request.Earlier.Count + request.Outcomes.Count}_{at}_{Guid.NewGuid():N}"[..32];

    // One of several calls for places matches when all its other arguments do.
    private static bool Matches(ToolOutcome outcome, Slots.Filled filled) =>
        filled.Arguments.All(argument =>
            outcome.Arguments.TryGetValue(argument.Key, out var made)
            && (
                Plain(made) == Plain(argument.Value)
                || Slots
                    .Several(argument.Value)
                    .Contains(Plain(made), StringComparer.OrdinalIgnoreCase)
            )
        );

    private static string Plain(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static ToolSchema? Named(Clause clause, Request request) =>
        request.ToolSchemas.FirstOrDefault(tool =>
            (tool.Name.Contains('_', StringComparison.Ordinal) || UseTool().IsMatch(clause.Plain))
            && clause.Text.Contains(tool.Name, StringComparison.OrdinalIgnoreCase)
        )
        ?? (
            UseTool().Match(clause.Plain) is { Success: true } use
                ? request.ToolSchemas.FirstOrDefault(tool =>
                    ToolSchema
                        .Spaced(tool.Name)
                        .Trim()
                        .Equals(use.Groups["name"].Value, StringComparison.OrdinalIgnoreCase)
                )
                : null
        );

    private sealed record Candidate(ToolSchema Tool, double Score, bool Ready);

    private async ValueTask<List<Candidate>> RankAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var tools = request.ToolSchemas;
        var asked = Asked(clause);
        var words = tools.Select(tool => WordScore(asked, tool, tools)).ToArray();
        var filled = tools
            .Select(tool => Slots.Fill(tool, clause, request, calendar.Today))
            .ToArray();
        var ready = Array.ConvertAll(filled, each => each.Missing.Count == 0);
        var nearness = new float[tools.Count];
        if (Decided(words, ready))
        {
            nearness[Array.IndexOf(words, words.Max())] = 1;
        }
        else
        {
            nearness = await meaning.NearnessToKnownAsync(
                clause.Plain,
                [.. tools.Select(tool => tool.Gist)],
                cancellationToken
            );
        }
        return
        [
            .. tools
                .Select(
                    (tool, i) =>
                        new Candidate(
                            tool,
                            nearness[i] + words[i] + Evidence(tool, filled[i]),
                            ready[i]
                        )
                )
                .OrderByDescending(candidate => candidate.Score),
        ];
    }

    // Words decide alone when one ready tool is named in full and no other shares a word of its name.
    private static bool Decided(double[] words, bool[] ready)
    {
        var best = Array.IndexOf(words, words.Max());
        return words[best] >= 0.5
            && ready[best]
            && words.Where((_, i) => i != best).All(score => score < 0.2);
    }

    private static double WordScore(
        HashSet<string> asked,
        ToolSchema tool,
        IReadOnlyList<ToolSchema> tools
    )
    {
        var own = tool.Words.Where(stem => !Verbs.Contains(stem)).ToList();
        own = own.Count == 0 ? [.. tool.Words] : own;
        var name = own.Count == 0 ? 0 : own.Count(asked.Contains) / (double)own.Count;
        var shared = asked
            .Where(tool.AllWords.Contains)
            .Sum(stem => 1.0 / tools.Count(other => other.AllWords.Contains(stem)));
        return (0.4 * name) + (0.1 * Math.Min(2, shared));
    }

    // What a request brings that only such a tool wants: an address, amounts, two currencies, two cities.
    private static double Evidence(ToolSchema tool, Slots.Filled filled)
    {
        if (filled.Missing.Count > 0)
        {
            return 0;
        }
        var required = tool
            .Slots.Where(slot => slot.IsRequired && Slots.IsOfOwnForm(slot))
            .ToList();
        return required.Exists(slot => slot.Format == "email")
            ? 0.2
            : 0.08 * Math.Min(3, required.Count);
    }

    // The request's words and what they commonly ask a tool for.
    private static HashSet<string> Asked(Clause clause)
    {
        var asked = new HashSet<string>(clause.Topic, StringComparer.Ordinal);
        asked.UnionWith(clause.Topic.Where(AlsoMeans.ContainsKey).Select(stem => AlsoMeans[stem]));
        return asked;
    }

    [GeneratedRegex(@"^To use (?<tool>\S+) I need (?<slot>\w+)\b", RegexOptions.None, 1000)]
    private static partial Regex Asked();

    [GeneratedRegex(
        @"^(?:never ?mind|cancel|forget it|stop|leave it|no)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Never();

    [GeneratedRegex(
        @"\b(?:use|call|run|invoke|with|using) (?:the )?(?<name>[\w -]{2,60}?)(?: (?:tool|function))\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex UseTool();

    [GeneratedRegex(
        @"\b(?:documents?|files?|uploads?|uploaded|pdfs?|notes|knowledge base|my report|our docs|docs|manual|handbook)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksDocuments();

    [GeneratedRegex(
        @"\b(?:web|online|internet|google|latest|news|website|current(?:ly)?|recent(?:ly)?)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksWeb();
}
