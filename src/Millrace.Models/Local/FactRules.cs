using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>The forms of first-person statements that tell a fact; the first that matches decides.</summary>
internal static partial class FactRules
{
    private static readonly (Regex Form, string Topic, string? Template, bool Many)[] Rules =
    [
        (Name(), "name", "Your name is {0}.", false),
        (Nick(), "nick", "You asked to be called {0}.", false),
        (Age(), "age", "You are {0} years old.", false),
        (Birthday(), "birthday", null, false),
        (Birthplace(), "origin", null, false),
        (Origin(), "origin", null, false),
        (Home(), "home", null, false),
        (Job(), "job", null, false),
        (WorkOn(), "work", null, false),
        (Dislikes(), "dislike", null, true),
        (Likes(), "like", null, true),
        (Owns(), "own", null, true),
        (Being(), "being", null, true),
        (Attribute(), "of", null, false),
        (ShortAttribute(), "of", null, false),
        (Inverse(), "of", null, false),
        (Doing(), "do", null, true),
    ];

    /// <summary>The fact of one statement, and the name that it tells on the way ("a dog named Rex").</summary>
    public static IEnumerable<Fact> Read(string text)
    {
        foreach (var (form, topic, template, many) in Rules)
        {
            var match = form.Match(text);
            if (!match.Success)
            {
                continue;
            }
            var value = match.Groups["v"].Value.Trim().Trim('"', '\'', '“', '”', ',', ' ');
            if (topic == "name" && !IsName(match, value))
            {
                continue;
            }
            value = topic is "name" or "nick" ? Capitalised(value) : value;
            var told = template is null
                ? SecondPerson.Closed(SecondPerson.Of(text))
                : string.Format(null, template, value);
            yield return new Fact(TopicOf(topic, match), value, told, many);
            if (Named().Match(text) is { Success: true } named)
            {
                var (thing, called) = (
                    named.Groups["x"].Value.ToLowerInvariant(),
                    named.Groups["v"].Value
                );
                yield return new Fact(
                    $"of {Facts.Key(thing + " name")}",
                    called,
                    $"Your {thing}'s name is {called}."
                );
            }
            yield break;
        }
    }

    private static string TopicOf(string topic, Match match) =>
        topic switch
        {
            "of" when match.Groups["called"].Success =>
                $"of {Facts.Key(match.Groups["x"].Value + " name")}",
            "of" => $"of {Facts.Key(match.Groups["x"].Value)}",
            "work" => $"work {match.Groups["p"].Value.ToLowerInvariant()}",
            "do" => $"do {Words.Stem(match.Groups["x"].Value.ToLowerInvariant())}",
            _ => topic,
        };

    // "I'm Ada" tells a name, "I'm German" and "I'm Ada's boss" do not.
    private static bool IsName(Match match, string value) =>
        value.Length is > 0 and <= 60
        && (
            match.Groups["sure"].Success
            || (
                char.IsUpper(value[0])
                && value.Split(' ') is { Length: <= 3 } words
                && words.All(word =>
                    char.IsUpper(word[0])
                    && word.All(letter => char.IsLetter(letter) || letter is '-' or '\'' or '.')
                )
                && !Nationality().IsMatch(value)
            )
        );

    private static string Capitalised(string name) =>
        name.Any(char.IsUpper) || name.Length == 0
            ? name
            : string.Join(
                ' ',
                name.Split(' ')
                    .Select(word =>
                        word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]
                    )
            );

    [GeneratedRegex(
        @"^(?:(?<sure>my (?:full |first |real |actual )?name(?: is|'s|:)(?: now)? (?:not [^,]+,? (?:but |it's |it is ))?|my name isn't [^,]+,? (?:but |it's |it is )|(?:i am|i'm|im) called |i changed my name to |the name(?:'s| is) )|(?:i am|i'm|im|this is) )(?<v>[^,.!?]+)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Name();

    [GeneratedRegex(
        @"^(?:please |you can |you may |just )*call me (?!when|if|at|on|back|later|tomorrow)(?<v>[^,.!?]+)$|^(?:i go by|my nickname is) (?<v>[^,.!?]+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Nick();

    [GeneratedRegex(
        @"^(?:(?:i am|i'm|im|i just turned|i turned|i've turned|my age is) )(?:now |almost )?(?<v>\d{1,3})(?: ?years?(?: old)?| yrs?(?: old)?| y/?o)?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Age();

    [GeneratedRegex(
        @"^(?:my (?:birthday|birth date|date of birth)(?: is|'s)(?: on)? |i was born (?:on |in (?=\d{4}\b|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))(?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Birthday();

    [GeneratedRegex(
        @"^i was born (?:and raised )?(?:in|at) (?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Birthplace();

    [GeneratedRegex(
        @"^(?:i am|i'm|im|i come|i am originally|i'm originally|i originally come|my family is) from (?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Origin();

    [GeneratedRegex(
        @"^(?:i (?:now |still |no longer |don't )?live|i am living|i'm living|i (?:recently |just )?moved|i've moved|i am based|i'm based|i reside|we live|we moved) (?:in|at|near|to|on|outside|with|alone|back to)\b ?(?<v>.*)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Home();

    [GeneratedRegex(
        @"^my (?:job|profession|occupation|work|trade)(?: title)?(?: is|'s) (?:to )?(?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Job();

    [GeneratedRegex(
        @"^(?:i (?:now |no longer |don't )?work|i am (?:now )?(?:working|employed)|i'm (?:now )?(?:working|employed)|we work|we're working)(?: mainly| mostly| full[- ]time| part[- ]time| remotely)? (?<p>on|at|for|as|in|with|by)\b ?(?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex WorkOn();

    [GeneratedRegex(
        @"^i (?:really |absolutely |also )?(?:hate|dislike|detest|can't stand|cannot stand|don't (?:really )?(?:like|enjoy|love)|do not (?:like|enjoy|love)|can't bear|loathe) (?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Dislikes();

    [GeneratedRegex(
        @"^(?:i (?:really |also |very much |absolutely )?(?:like|love|enjoy|adore|prefer)|i'm (?:really )?into|i am into|i'm (?:a )?(?:big )?fan of|i am (?:a )?(?:big )?fan of|i'm fond of|i am fond of) (?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Likes();

    [GeneratedRegex(
        @"^(?:i (?:also |now )?(?:have|own|got|bought)(?: got)?|i've got|i have got|we have|we own|we've got) (?<v>(?!to\b|been\b|a question\b|no idea\b).+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Owns();

    [GeneratedRegex(
        @"^(?:i am|i'm|im|we are|we're) (?<v>(?!sorry|fine|good|ok\b|okay|here|back|sure|not sure|wondering|asking|trying|looking).+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Being();

    [GeneratedRegex(
        @"^(?:my|our) (?<x>[\w' -]{2,60}?)(?: (?:is|was|are|were|will be|has been)(?: now)?(?: (?<called>called|named))?| (?<called>called|named)|:) (?<v>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^(?:my|our) (?<x>[\w -]{2,60}?)'s (?<v>.+)$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex ShortAttribute();

    [GeneratedRegex(
        @"^(?<v>[^,]{1,60}) (?:is|was|are|were) my (?<x>[\w' -]{2,60})$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Inverse();

    [GeneratedRegex(
        @"^(?:i|i've|we|my (?:\w+ ){1,3}?)(?: (?:also|always|often|usually|never|recently|just|once|will|would|can|can't|cannot|don't|didn't|have|had|do|did|must|should))* ?(?<x>[a-z]+)\b ?(?<v>.*)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Doing();

    // "I have a dog named Rex", "my sister Eve …", "my brother is called Tom"
    [GeneratedRegex(
        @"\b(?:an?|one|[Mm]y|[Oo]ur|the) (?<x>(?:[a-z]+ )?(?!is |are |was |named |called )[a-z]+?),? (?:(?:is |are |was )?(?:named|called) (?<v>\p{Lu}[\w'-]*(?: \p{Lu}[\w'-]*)*)|(?<=(?:sister|brother|wife|husband|mother|father|mum|mom|dad|son|daughter|friend|partner|boss|cat|dog|colleague|girlfriend|boyfriend|uncle|aunt|cousin) )(?<v>\p{Lu}[a-z'-]+))",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Named();

    [GeneratedRegex(
        @"(?:ish|ese|[a-z]{3}ian|American|German|African|Mexican|French|Dutch|Greek|Swiss|Czech|Thai|Turkish|Roman|Catholic|Muslim|Jewish|Buddhist|Hindu|Croat|Serb|Slovak|Slovene|European|Korean|Moroccan)$",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Nationality();
}
