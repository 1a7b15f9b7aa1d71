using Millrace.Models.Embedded;

namespace Millrace.Tests.Models.Embedded;

public sealed class WordNearnessTests
{
    [Fact]
    public void Words_of_like_meaning_are_nearer_than_others_and_forms_of_one_are_nearest()
    {
        var words = new WordNearness(UseLite.Embedder());
        words.Between("washing", "cleaning").ShouldBeGreaterThan(0.7);
        words.Between("washing", "interest").ShouldBeLessThan(0.5);
        words.Between("charging", "charged").ShouldBe(1);
        words
            .ToEach(["washing", "suitcase"], "suitcases")
            .ShouldBe([words.Between("washing", "suitcases"), 1]);
    }

    [Fact]
    public void Numbers_and_words_without_a_topic_are_the_same_or_not()
    {
        var words = new WordNearness(UseLite.Embedder());
        words.Between("2024", "2025").ShouldBe(0);
        words.Between("2024", "2024").ShouldBe(1);
        words.Between("when", "why").ShouldBe(0);
    }

    [Fact]
    public void Without_an_encoder_only_forms_of_one_word_are_near()
    {
        var words = new WordNearness(encoder: null);
        words.Between("luggage", "suitcase").ShouldBe(0);
        words.Between("suitcase", "suitcases").ShouldBe(1);
    }
}
