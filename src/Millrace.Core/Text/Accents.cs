using System.Collections.Frozen;
using System.Text;

namespace Millrace.Core.Text;

/// <summary>
/// Takes letters and accents apart. Stands in for <see cref="string.Normalize(NormalizationForm)"/>, which changes
/// nothing in a process with the invariant culture.
/// </summary>
public static class Accents
{
    private const string Accented =
        "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĵķĺļľłńņňōŏőŕŗřśŝşšţťŧũūŭůű"
        + "ųŵŷźżžάέήίόύώёḁḃḅḇḉḋḍḏḑḓḕḗḙḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫṭṯṱṳṵṷṹṻṽṿẁẃ"
        + "ẅẇẉẋẍẏẑẓẕẖẗẘẙạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ";
    private const string Plain =
        "aaaaaaceeeeiiiinoooooouuuuyyaaaccccddeeeeegggghhiiiiijkllllnnnooorrrsssstttuuuuu"
        + "uwyzzzαεηιουωеabbbcdddddeeeeefghhhhhiikkkllllmmmnnnnoooopprrrrsssssttttuuuuuvvww"
        + "wwwxxyzzzhtwyaaaaaaaaaaaaeeeeeeeeiioooooooooooouuuuuuuyyyy";

    private static readonly FrozenDictionary<char, char> Bare = Accented
        .Zip(Plain)
        .ToFrozenDictionary(pair => pair.First, pair => pair.Second);

    /// <param name="text">In lower case.</param>
    public static string Without(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var bare = new StringBuilder(text.Length);
        foreach (var unit in text)
        {
            // A mark of its own that stands above or below the letter before it.
            if (unit is < '\u0300' or > '\u036F')
                bare.Append(Bare.GetValueOrDefault(unit, unit));
        }
        return bare.ToString();
    }
}
