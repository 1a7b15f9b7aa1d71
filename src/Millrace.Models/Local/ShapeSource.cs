using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>What a JSON shape may be filled from: one text with its pairs, the user's facts, and the answer.</summary>
internal sealed partial class ShapeSource
{
    private const int LongestText = 64_000;
    private readonly HashSet<int> _taken = [];
    private readonly IReadOnlyList<(HashSet<string> Key, string Value)> _pairs;
    private readonly IReadOnlyList<Fact> _facts;
    private readonly IReadOnlyList<Reply> _replies;

    private ShapeSource(
        string text,
        IReadOnlyList<Fact> facts,
        IReadOnlyList<Reply> replies,
        string answer
    )
    {
        Text = text.CutTo(LongestText);
        _pairs = ReadPairs(Text);
        _facts = facts;
        _replies = replies;
        Answer = answer;
    }

    public string Text { get; }

    public string Answer { get; }

    public string? Summary { get; set; }

    /// <summary>What the parts of the answer come to, where they come to a value.</summary>
    public IEnumerable<string> Said => _replies.Select(reply => reply.Value).OfType<string>();

    public static ShapeSource Of(Request request, string answer, IReadOnlyList<Reply> replies)
    {
        var own = request.HandedNow ? request.Handed! : request.Ask;
        var data = request
            .Outcomes.Where(outcome => !outcome.Failed)
            .Select(outcome => outcome.Text);
        if (!request.HandedNow)
        {
            data = data.Concat(
                request
                    .Recalled.Where(part =>
                        part.Kind is RecalledKind.Context or RecalledKind.Document
                    )
                    .Select(part => part.Text)
            );
        }
        var text = string.Join(
            '\n',
            data.Append(own)
                .Select(part =>
                    Quotables.Flattened(part) is { } lines ? string.Join('\n', lines) : part
                )
        );
        return new ShapeSource(text, request.HandedNow ? [] : request.Facts, replies, answer);
    }

    /// <summary>A part of a text alone.</summary>
    public static ShapeSource Of(string text) => new(text, [], [], "");

    /// <summary>The part of the source for an object inside the shape: pairs whose path begins with its name, else all.</summary>
    public ShapeSource Within(ToolSlot slot)
    {
        var name = ToolSchema.Spaced(slot.Name).Trim();
        var own = Text.Split('\n')
            .Where(line =>
                line.StartsWith(name + " ", StringComparison.OrdinalIgnoreCase)
                && line.Contains(": ", StringComparison.Ordinal)
            )
            .Select(line => line[(name.Length + 1)..])
            .ToList();
        return own.Count > 0 ? Of(string.Join('\n', own)) : this;
    }

    /// <summary>A number that one property took fills no other.</summary>
    public bool IsTaken(int at) => _taken.Contains(at);

    public decimal Take(decimal value, int at)
    {
        _taken.Add(at);
        return value;
    }

    /// <summary>"Colour: red" for a property named colour.</summary>
    public string? Pair(ToolSlot slot)
    {
        var name = Words.Topic(ToolSchema.Spaced(slot.Name));
        if (name.Count == 0)
        {
            return null;
        }
        foreach (var (key, value) in _pairs)
        {
            if (key.SetEquals(name))
            {
                return value;
            }
        }
        return _pairs
            .Where(pair => name.IsSubsetOf(pair.Key))
            .Select(pair => pair.Value)
            .FirstOrDefault();
    }

    /// <summary>What the user told of themselves.</summary>
    public string? Fact(ToolSlot slot)
    {
        if (_facts.Count == 0)
        {
            return null;
        }
        var topics = slot switch
        {
            _ when slot.IsNamed("name") && !slot.IsNamed("file", "company", "product") => (string[])
                ["name"],
            _ when slot.IsNamed("age") => ["age"],
            _ when slot.IsNamed("city", "home", "location", "country", "lives") =>
            [
                "home",
                "origin",
            ],
            _ when slot.IsNamed("employer", "company", "organization") => ["work at", "work for"],
            _ when slot.IsNamed(
                    "job",
                    "occupation",
                    "profession",
                    "work",
                    "works",
                    "field",
                    "works on"
                ) => ["job", "work as", "work on", "work in", "work with"],
            _ when slot.IsNamed("birthday", "birthdate", "birth") => ["birthday"],
            _ when slot.IsNamed("hobby", "hobbies", "interests", "likes") => ["like"],
            _ => [$"of {Facts.Key(ToolSchema.Spaced(slot.Name))}"],
        };
        return topics
            .Select(topic => _facts.LastOrDefault(fact => fact.Topic == topic)?.Value)
            .FirstOrDefault(value => value is not null);
    }

    /// <summary>"The colour is red" for a property named colour.</summary>
    public string? Beside(ToolSlot slot)
    {
        var names = Words.Topic(ToolSchema.Spaced(slot.Name));
        foreach (var match in names.Count == 0 ? [] : Is().Matches(Text).Cast<Match>())
        {
            if (
                Words.Topic(match.Groups["x"].Value) is { Count: > 0 } named
                && named.Overlaps(names)
            )
            {
                return match.Groups["v"].Value.Trim().Trim('"', '“', '”');
            }
        }
        return null;
    }

    private static List<(HashSet<string> Key, string Value)> ReadPairs(string text) =>
        [
            .. Line()
                .Matches(text)
                .Select(match =>
                    (
                        Words.Topic(ToolSchema.Spaced(match.Groups["key"].Value)),
                        match.Groups["value"].Value.Trim().TrimEnd(',')
                    )
                )
                .Where(pair => pair.Item1.Count > 0 && pair.Item2.Length > 0),
        ];

    [GeneratedRegex(
        @"^[ \t]*(?:[-*•][ \t]+)?(?<key>[\p{L}][\p{L}\p{Nd} _-]{0,60}?)[ \t]*[:=][ \t]*(?<value>[^\n]+)$",
        RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Line();

    [GeneratedRegex(
        @"\b(?<x>[\p{L}-]{2,30}) (?:is|was|are|were|=) (?<v>[^,.;\n]{1,80}?)(?= and | but |[,.;\n]|$)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Is();
}
