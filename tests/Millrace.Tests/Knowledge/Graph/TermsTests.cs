using Millrace.Knowledge.Graph;

namespace Millrace.Tests.Knowledge.Graph;

public sealed class TermsTests
{
    [Theory]
    [InlineData("Élodie Müller", "elodie muller")]
    [InlineData("Société Générale SA", "SOCIETE GENERALE")]
    [InlineData("Zoe\u0308", "Zoë")]
    [InlineData("Dr. Ada Lovelace", "ada lovelace")]
    public void Names_are_equal_without_case_accents_titles_and_legal_forms(
        string one,
        string other
    ) => Terms.Key(one).ShouldBe(Terms.Key(other));

    [Fact]
    public void A_text_is_found_by_words_without_their_accents() =>
        Terms
            .Of("Élodie joined Société Générale.")
            .ShouldBe(["elodie", "join", "societe", "generale"]);
}
