using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>
/// What kind of thing a question asks for, as far as its form tells: how many, how much, when, who. A sentence that holds
/// none of it answers something else.
/// </summary>
internal sealed partial class AnswerKind
{
    // How near the counted noun a sentence's own word must be: "participants" is as good as "people".
    private const double NearNoun = 0.45;
    private const int WordsToNoun = 4;

    private readonly Kind? _kind;
    private readonly string? _counted;
    private readonly HashSet<string> _asked;

    public AnswerKind(string question)
    {
        _kind = Kinds.Find(kind => kind.Question().IsMatch(question));
        _asked = [.. Words.Of(question)];
        if (HowMany().Match(question) is { Success: true } counted)
            _counted = counted.Groups["noun"].Value.ToLowerInvariant();
    }

    /// <summary>
    /// Whether the form of a sentence leaves no doubt; who did something may be told without a name ("the porter").
    /// </summary>
    public bool IsSure => _kind != Person;

    /// <summary>Whether a sentence holds what is asked for and not said by the question itself.</summary>
    public bool IsIn(string sentence) => _kind?.Holds(sentence, _asked) != false;

    /// <summary>Whether a sentence has a number of what is counted; true where nothing is.</summary>
    public bool Counts(string sentence, Meaning meaning)
    {
        if (_counted is null)
            return true;
        var words = Words.Of(sentence);
        return words
            .Where(
                (word, at) =>
                    Number().IsMatch(word)
                    && words
                        .Skip(at + 1)
                        .Take(WordsToNoun)
                        .Any(other => meaning.BetweenWords(_counted, other) >= NearNoun)
            )
            .Any();
    }

    private sealed record Kind(Func<Regex> Question, Func<string, HashSet<string>, bool> Holds);

    private static readonly Kind Person = new(
        Who,
        (text, asked) =>
            Names.Of(text).Any(name => !Words.Of(name.Text).Exists(word => asked.Contains(word)))
    );

    // The first that fits.
    private static readonly List<Kind> Kinds =
    [
        new(Year, (text, asked) => Years().Matches(text).Any(year => !asked.Contains(year.Value))),
        new(HowOften, (text, _) => Frequency().IsMatch(text)),
        new(HowMany, HasNumber),
        new(HowLong, (text, asked) => HasNumber(text, asked) || Unit().IsMatch(text)),
        new(Price, HasPrice),
        new(Weight, (text, _) => Heaviness().IsMatch(text)),
        new(HowMuch, HasAmount),
        new(When, (text, asked) => HasNumber(text, asked) || Time().IsMatch(text)),
        Person,
    ];

    private static bool HasNumber(string text, HashSet<string> asked) =>
        Number().Matches(text).Any(number => !asked.Contains(number.Value.ToLowerInvariant()));

    // "Breakfast is free" tells how much as well.
    private static bool HasAmount(string text, HashSet<string> asked) =>
        HasNumber(text, asked) || Free().IsMatch(text);

    // Prices are written in figures, in whatever currency.
    private static bool HasPrice(string text, HashSet<string> asked) =>
        Free().IsMatch(text)
        || Number()
            .Matches(text)
            .Any(number => char.IsAsciiDigit(number.Value[0]) && !asked.Contains(number.Value));

    [GeneratedRegex(@"\b(?:what|which) year\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Year();

    [GeneratedRegex(@"\bhow (?:often|frequently)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex HowOften();

    [GeneratedRegex(
        @"\bhow many (?<noun>\p{L}+)|\bnumber of (?<noun>\p{L}+)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex HowMany();

    [GeneratedRegex(@"\bhow long\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex HowLong();

    // "what does it cost", "price of the plan", "which fee"; but not "when is the rent due".
    [GeneratedRegex(
        @"^(?!.*\b(?:when|who|where)\b)(?:.*\b(?:how much|what|which)\b.*\b(?:price|cost|fee|charge|wage|salary|rent|fine|deposit|pay)s?\b|.*\b(?:price|cost|fee|charge|wage|salary)s?\W*$)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Price();

    [GeneratedRegex(
        @"\bhow heavy\b|\bhow much\b.*\bweighs?\b|\bwhat\b.*\bweight\b",
        RegexOptions.IgnoreCase | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Weight();

    [GeneratedRegex(
        @"\bhow (?:much|far|tall|big|large|high|fast|deep|wide|old|hot|cold|warm|thick|loud|strong)\b|\b(?:what|which)\b.{0,30}\b(?:rate|speed|limit|temperature|length|percentage|share|size|capacity|duration|period|height|width|depth|age|distance|discount)\b",
        RegexOptions.IgnoreCase | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex HowMuch();

    [GeneratedRegex(
        @"^(?:(?:and|so|by|until|since|from|on|in|at) )*(?:when|what time|(?:which|what) (?:day|date|month))\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex When();

    [GeneratedRegex(
        @"^(?:(?:and|so|to|for|by|with|from) )*(?:who|whom|whose)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Who();

    [GeneratedRegex(
        @"\d+(?:[.,:]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen|half|once|twice|none|no|single|both)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(?:1\d|20)\d\d\b", RegexOptions.None, 1000)]
    private static partial Regex Years();

    [GeneratedRegex(@"\bfree\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Free();

    [GeneratedRegex(
        @"\d ?(?:m?g|kg|grams?|kilo\w*|lbs?|pounds?|oz|ounces?|tons?|tonnes?|stone)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Heaviness();

    [GeneratedRegex(
        @"\b(?:every|each|daily|weekly|monthly|quarterly|yearly|annual(?:ly)?|once|twice|times|per|always|never|regularly|\w+days)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Frequency();

    [GeneratedRegex(
        @"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|quarters?|metres?|meters?|[ckm]m|miles?|feet|inch(?:es)?|characters?|pages?|words?|until|permanent(?:ly)?|forever|always)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Unit();

    [GeneratedRegex(
        @"\b(?:noon|midnight|mornings?|evenings?|afternoons?|nights?|daily|weekly|monthly|yearly|days?|weeks?|weekends?|months?|years?|quarters?|hours?|minutes?|seasons?|spring|summer|autumn|winter|today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october|november|december|easter|christmas|before|after|until|once|always|never|any time|immediately)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Time();
}
