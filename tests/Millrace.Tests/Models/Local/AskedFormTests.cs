using Millrace.Models.Local;

namespace Millrace.Tests.Models.Local;

public sealed class AskedFormTests
{
    [Theory]
    [InlineData("Does the pool have a sauna?")]
    [InlineData("and may I bring a dog")]
    [InlineData("How many planes are there?")]
    [InlineData("What does a ticket cost?")]
    [InlineData("Who signed the contract?")]
    [InlineData("From which class do children learn French?")]
    public void An_answer_names_what_a_pointed_question_names(string question) =>
        AskedForm.IsPointed(question).ShouldBeTrue();

    [Theory]
    [InlineData("What is the notice period?")]
    [InlineData("Why did the cake split?")]
    [InlineData("How do I reset the router?")]
    [InlineData("christmas tree collection date")]
    public void Other_questions_may_be_answered_in_any_words(string question) =>
        AskedForm.IsPointed(question).ShouldBeFalse();
}
