using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>The form in which a question is put.</summary>
internal static partial class AskedForm
{
    /// <summary>
    /// Whether something is so, how much of it, who, which, where or when: an answer mostly names what such a question
    /// names. What something is, why and how may be told in any words.
    /// </summary>
    public static bool IsPointed(string question) => Pointed().IsMatch(question);

    [GeneratedRegex(
        @"^\W*(?:(?:and|or|so|but) )*(?:is|are|was|were|do|does|did|has|have|can|could|may|might|must|will|would|should)\b"
            + @"|\bhow (?:many|much|long|heavy|old|far|big|tall|high|large|wide|deep|fast|early|late|often|loud)\b|\bcosts?\b"
            + @"|\b(?:who|whom|whose|which|where|when)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Pointed();
}
