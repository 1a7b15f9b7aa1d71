namespace Millrace.Tests.Models.Local;

public sealed class CalendarTests
{
    [Theory]
    [InlineData("What day is it today?", "Today is Tuesday, 24 November 2026 (UTC).")]
    [InlineData("What's the date?", "Today is Tuesday, 24 November 2026 (UTC).")]
    [InlineData("What time is it?", "It is 15:30 on Tuesday, 24 November 2026 (UTC).")]
    [InlineData(
        "What time is it in Tokyo?",
        "It is 00:30 on Wednesday, 25 November 2026 (Asia/Tokyo)."
    )]
    [InlineData(
        "What is the time in New York right now?",
        "It is 10:30 on Tuesday, 24 November 2026 (America/New_York)."
    )]
    [InlineData(
        "What's the current time in Europe/Zagreb?",
        "It is 16:30 on Tuesday, 24 November 2026 (Europe/Zagreb)."
    )]
    [InlineData("What time is it in Atlantis?", "I don't know the time zone of “Atlantis”")]
    [InlineData("What day of the week is 4 July 2026?", "4 July 2026 was a Saturday.")]
    [InlineData("What weekday was July 20, 1969?", "20 July 1969 was a Sunday.")]
    [InlineData("What day is 2027-01-01?", "1 January 2027 is a Friday.")]
    [InlineData("What day will Christmas be this year?", "25 December 2026 is a Friday.")]
    [InlineData("How many days until Christmas?", "It is 31 days until Friday, 25 December 2026.")]
    [InlineData("How many days until 1 January?", "It is 38 days until Friday, 1 January 2027.")]
    [InlineData("How many days between 1 March 2026 and 15 April 2026?", "it is 45 days.")]
    [InlineData("How many days from 2024-02-28 to 2024-03-01?", "it is 2 days.")]
    [InlineData(
        "How many weeks between 1 January 2026 and 1 February 2026?",
        "it is 4 weeks and 3 days."
    )]
    [InlineData("What date is it in 3 weeks?", "3 weeks from today is Tuesday, 15 December 2026.")]
    [InlineData(
        "What date is 90 days from now?",
        "90 days from today is Monday, 22 February 2027."
    )]
    [InlineData("What was the date 2 months ago?", "2 months ago was Thursday, 24 September 2026.")]
    [InlineData(
        "What is 10 days after 25 December 2026?",
        "10 days after 25 December 2026 is Monday, 4 January 2027."
    )]
    [InlineData("What is 31 January 2027 plus 1 month?", "is Sunday, 28 February 2027.")]
    [InlineData(
        "What date is 5 days before March 3, 2027?",
        "5 days before 3 March 2027 is Friday, 26 February 2027."
    )]
    [InlineData("Is 2028 a leap year?", "Yes, 2028 is a leap year.")]
    [InlineData("Is 2100 a leap year?", "No, 2100 is not a leap year.")]
    [InlineData("How many days are in February 2028?", "February 2028 has 29 days.")]
    [InlineData("What day is 03/04/2026?", "can be read in two ways")]
    [InlineData("What date is next Friday?", "That is Friday, 27 November 2026.")]
    [InlineData("What year is it?", "It is the year 2026 (UTC).")]
    [InlineData(
        "How many days since 1 November 2026?",
        "It is 23 days since Sunday, 1 November 2026."
    )]
    [InlineData("What day is tomorrow?", "25 November 2026 is a Wednesday.")]
    public async Task Answers_by_the_clock(string question, string expected)
    {
        using var talk = new Conversation();
        (await talk.AskAsync(question)).ShouldContain(expected);
    }
}
