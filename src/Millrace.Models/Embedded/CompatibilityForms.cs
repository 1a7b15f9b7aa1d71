using System.Text;

namespace Millrace.Models.Embedded;

/// <summary>
/// The part of Unicode's normalisation form KC that can matter to an English vocabulary: Latin letters, digits and
/// punctuation written in other forms, and accents written apart from their letter. Stands in for
/// <see cref="string.Normalize(NormalizationForm)"/>, which changes nothing in a process with the invariant culture.
/// </summary>
internal static class CompatibilityForms
{
    // A form and what it stands for, separated by spaces; ▁ is the space that the tokenizer puts between words.
    private const string Expansions =
        "¨▁\u0308 ªa ¯▁\u0304 ²2 ³3 ´▁\u0301 µμ ¹1 ºo ¼1⁄4 ½1⁄2 ¾3⁄4 ĲIJ ĳij ŉʼn ſs "
        + "ǅDž ǆdž ǇLJ ǈLj ǉlj ǊNJ ǋNj ǌnj ǱDZ ǲDz ǳdz ʰh ʲj ʳr ʷw ʸy ˡl ˢs ˣx "
        + "․. ‥.. …... ″′′ ‴′′′ ‼!! ⁇?? ⁈?! ⁉!? ⁰0 ⁱi ⁿn ⁺+ ⁻− ⁼= ⁽( ⁾) ₊+ ₋− ₌= ₍( ₎) ₐa ₑe ₒo ₓx ₨Rs "
        + "℀a/c ℁a/s ℂC ℃°C ℅c/o ℆c/u ℉°F ℊg ℋH ℌH ℍH ℎh ℐI ℑI ℒL ℓl ℕN №No ℙP ℚQ ℛR ℜR ℝR ℠SM ℡TEL ™TM "
        + "ℤZ ℨZ \u212AK ℬB ℭC ℯe ℰE ℱF ℳM ℴo ℹi ℻FAX ⅅD ⅆd ⅇe ⅈi ⅉj "
        + "⅐1⁄7 ⅑1⁄9 ⅒1⁄10 ⅓1⁄3 ⅔2⁄3 ⅕1⁄5 ⅖2⁄5 ⅗3⁄5 ⅘4⁄5 ⅙1⁄6 ⅚5⁄6 ⅛1⁄8 ⅜3⁄8 ⅝5⁄8 ⅞7⁄8 ⅟1⁄ "
        + "ⅠI ⅡII ⅢIII ⅣIV ⅤV ⅥVI ⅦVII ⅧVIII ⅨIX ⅩX ⅪXI ⅫXII ⅬL ⅭC ⅮD ⅯM "
        + "ⅰi ⅱii ⅲiii ⅳiv ⅴv ⅵvi ⅶvii ⅷviii ⅸix ⅹx ⅺxi ⅻxii ⅼl ⅽc ⅾd ⅿm "
        + "⑩10 ⑪11 ⑫12 ⑬13 ⑭14 ⑮15 ⑯16 ⑰17 ⑱18 ⑲19 ⑳20 ⓪0 ﬀff ﬁfi ﬂfl ﬃffi ﬄffl ﬅst ﬆst ￡£";

    // An accent, and the letters it joins with before what it joins them to: only those that the vocabulary holds.
    private const string Compositions =
        "\u0300aàeèiìoòuù \u0301aáeéiíoóuúcćEÉ \u0302aâeêoô \u0303aãnñ \u0304aāoō \u0308aäeëoöuü \u030Aaå "
        + "\u030Csš \u0327cç";

    private static readonly Dictionary<char, string> Expanded = Expansions
        .Split(' ')
        .ToDictionary(entry => entry[0], entry => entry[1..]);

    private static readonly Dictionary<(char Letter, char Accent), char> Composed = Compositions
        .Split(' ')
        .SelectMany(entry =>
            entry[1..].Chunk(2).Select(pair => (Letter: pair[0], Accent: entry[0], Whole: pair[1]))
        )
        .ToDictionary(entry => (entry.Letter, entry.Accent), entry => entry.Whole);

    /// <summary>Appends the usual form of <paramref name="rune"/>, joined with the letter before it where it is an accent.</summary>
    public static void Append(StringBuilder target, Rune rune)
    {
        if (rune.IsAscii)
            target.Append((char)rune.Value);
        else if (InRange(rune.Value) is { } plain)
            target.Append(plain);
        else if (rune.IsBmp)
            AppendOther(target, (char)rune.Value);
        else
            target.Append('\uFFFD');
    }

    private static void AppendOther(StringBuilder target, char form)
    {
        if (Expanded.TryGetValue(form, out var expansion))
            target.Append(expansion);
        else if (target.Length > 0 && Composed.TryGetValue((target[^1], form), out var composed))
            target[^1] = composed;
        else
            target.Append(form);
    }

    /// <summary>The forms that stand in rows: full width, circled, subscript, and the alphabets of mathematics.</summary>
    private static char? InRange(int form) =>
        form switch
        {
            >= 0xFF01 and <= 0xFF5E => (char)(form - 0xFF01 + '!'),
            >= 0x2074 and <= 0x2079 => (char)(form - 0x2074 + '4'),
            >= 0x2080 and <= 0x2089 => (char)(form - 0x2080 + '0'),
            >= 0x2460 and <= 0x2468 => (char)(form - 0x2460 + '1'),
            >= 0x24B6 and <= 0x24CF => (char)(form - 0x24B6 + 'A'),
            >= 0x24D0 and <= 0x24E9 => (char)(form - 0x24D0 + 'a'),
            >= 0x1D400 and <= 0x1D6A3 => Letter((form - 0x1D400) % 52),
            >= 0x1D7CE and <= 0x1D7FF => (char)((form - 0x1D7CE) % 10 + '0'),
            _ => null,
        };

    private static char Letter(int place) => (char)(place < 26 ? 'A' + place : 'a' + place - 26);
}
