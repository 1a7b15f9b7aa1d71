using System.Text;

namespace Millrace.Bench.Ingesting;

/// <summary>
/// Pages of plain text from a fixed seed: 400 words each, in sentences and paragraphs. Every other word is one of
/// the small ones of English, the rest are invented, a few of them often and most seldom.
/// </summary>
internal static class Pages
{
    public const int Words = 400;

    private const int Seed = 20261124;
    private const int Vocabulary = 30_000;

    private static readonly string[] Small =
        "the of a and to in is that for it with as on be at by this from or an".Split(' ');
    private static readonly string[] Known = Invent();

    /// <summary>The pages from <paramref name="first"/> on, as one text.</summary>
    public static string Text(int first, int count)
    {
        var text = new StringBuilder();
        for (var page = first; page < first + count; page++)
            Write(text, new Random(Seed ^ page));
        return text.ToString();
    }

    private static void Write(StringBuilder text, Random random)
    {
        var sentence = 0;
        for (var word = 0; word < Words; word++)
        {
            var next = Draw(random);
            text.Append(sentence == 0 ? char.ToUpperInvariant(next[0]) + next[1..] : next);
            sentence++;
            var ends = word == Words - 1 || (sentence >= 8 && random.Next(8) == 0);
            text.Append(ends ? "." : "").Append(ends && random.Next(5) == 0 ? "\n\n" : " ");
            if (ends)
                sentence = 0;
        }
        text.Append("\n\n");
    }

    private static string Draw(Random random) =>
        random.Next(2) == 0
            ? Small[random.Next(Small.Length)]
            : Known[(int)(Math.Pow(random.NextDouble(), 2) * Vocabulary)];

    private static string[] Invent()
    {
        const string Consonants = "bcdfghklmnprstvw";
        const string Vowels = "aeiou";
        var random = new Random(Seed);
        return
        [
            .. Enumerable
                .Range(0, Vocabulary)
                .Select(_ =>
                    string.Concat(
                        Enumerable
                            .Range(0, random.Next(1, 5))
                            .Select(_ =>
                                $"{Consonants[random.Next(Consonants.Length)]}{Vowels[random.Next(Vowels.Length)]}"
                            )
                    )
                ),
        ];
    }
}
