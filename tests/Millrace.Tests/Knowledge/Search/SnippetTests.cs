using Millrace.Knowledge.Search;

namespace Millrace.Tests.Knowledge.Search;

public sealed class SnippetTests
{
    [Fact]
    public void A_snippet_shows_the_place_with_most_of_the_words()
    {
        var text =
            $"token {string.Concat(Enumerable.Repeat("filler ", 100))}the token supply is fixed";
        var snippet = Snippet.Of(text, new HashSet<string> { "token", "supply" });
        snippet.Text.ShouldContain("token supply is fixed");
        snippet
            .Highlights.Select(place => snippet.Text[place.Start..place.End])
            .ShouldBe(["token", "supply"]);
    }
}
