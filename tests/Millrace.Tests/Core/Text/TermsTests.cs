using Millrace.Core.Text;

namespace Millrace.Tests.Core.Text;

public sealed class TermsTests
{
    [Theory]
    [InlineData("The Tokens' prices, 2024!", "the token price 2024")]
    [InlineData("Übergröße café", "ubergroße cafe")]
    [InlineData("companies class status axis", "company class status axis")]
    [InlineData("東京都に住む", "東京 京都 都に に住 住む")]
    [InlineData("a東b", "a 東 b")]
    [InlineData("", "")]
    [InlineData("…—!", "")]
    public void A_text_is_parted_into_words(string text, string words) =>
        string.Join(' ', Terms.Of(text).Select(term => term.Key)).ShouldBe(words);

    [Fact]
    public void A_word_knows_its_place()
    {
        const string Text = "Two tokens.";
        var term = Terms.Of(Text).Last();
        Text.Substring(term.Start, term.Length).ShouldBe("tokens");
    }

    [Fact]
    public void A_question_is_about_its_telling_words() =>
        Terms.OfQuestion("What is the supply of the tokens?", 10).ShouldBe(["supply", "token"]);

    [Fact]
    public void A_question_of_common_words_keeps_them() =>
        Terms.OfQuestion("Who are you?", 10).ShouldBe(["who", "are", "you"]);
}
