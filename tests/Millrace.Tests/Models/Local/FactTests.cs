namespace Millrace.Tests.Models.Local;

public sealed class FactTests
{
    public static readonly string[] Told =
    [
        "Hi, I'm Ada Lovelace and I'm 36 years old.",
        "I work on engines at the moment. I work at Babbage & Co.",
        "I live in Zagreb, but I'm originally from London.",
        "My birthday is on 10 December.",
        "I love chess and strong coffee. I hate early meetings.",
        "I have two cats and a dog named Rex.",
        "My sister's name is Eve. My brother is called Tom.",
        "My son is 5. My wife Mary works as a nurse.",
        "My favourite colour is green and my favourite food is pizza.",
        "Remember that the spare key is under the blue pot.",
        "I play the violin and speak French.",
        "I'm allergic to nuts.",
        "Our deadline is Friday. The project is called Falcon.",
        "My boss is Carol. My flight number is OU 412.",
        "I drive a Volvo. I studied physics in Vienna.",
        "Please call me Countess.",
        "The meeting with the bank takes place on 3 March.",
    ];

    [Theory]
    [InlineData("What is my name?", "Ada Lovelace")]
    [InlineData("Do you remember my name?", "Ada Lovelace")]
    [InlineData("Who am I?", "Ada Lovelace")]
    [InlineData("How old am I?", "36")]
    [InlineData("What's my age?", "36")]
    [InlineData("What do I work on?", "engines")]
    [InlineData("Where do I work?", "Babbage")]
    [InlineData("Who do I work for?", "Babbage")]
    [InlineData("Where do I live?", "Zagreb")]
    [InlineData("Which city do I live in?", "Zagreb")]
    [InlineData("Where am I from?", "London")]
    [InlineData("When is my birthday?", "10 December")]
    [InlineData("When was I born?", "10 December")]
    [InlineData("What do I like?", "chess")]
    [InlineData("Do I like coffee?", "coffee")]
    [InlineData("What do I hate?", "early meetings")]
    [InlineData("What don't I like?", "early meetings")]
    [InlineData("What pets do I have?", "cats")]
    [InlineData("How many cats do I have?", "two cats")]
    [InlineData("What is my dog called?", "Rex")]
    [InlineData("What's my dog's name?", "Rex")]
    [InlineData("What is my sister's name?", "Eve")]
    [InlineData("What is the name of my brother?", "Tom")]
    [InlineData("Who is my brother?", "Tom")]
    [InlineData("How old is my son?", "5")]
    [InlineData("What does my wife do?", "nurse")]
    [InlineData("What's my wife's name?", "Mary")]
    [InlineData("What is my favorite color?", "green")]
    [InlineData("Tell me my favourite food.", "pizza")]
    [InlineData("Where is the spare key?", "blue pot")]
    [InlineData("What instrument do I play?", "violin")]
    [InlineData("Which language do I speak?", "French")]
    [InlineData("What am I allergic to?", "nuts")]
    [InlineData("When is our deadline?", "Friday")]
    [InlineData("What is the project called?", "Falcon")]
    [InlineData("Who is my boss?", "Carol")]
    [InlineData("What's my flight number?", "OU 412")]
    [InlineData("What car do I drive?", "Volvo")]
    [InlineData("Where did I study physics?", "Vienna")]
    [InlineData("What should you call me?", "Countess")]
    [InlineData("When is the meeting with the bank?", "3 March")]
    [InlineData("What did I study?", "physics")]
    public async Task Answers_from_what_the_user_told(string question, string expected)
    {
        using var talk = new Conversation();
        await talk.AskAsync(Told);
        (await talk.AskAsync(question)).ShouldContain(expected);
    }

    [Theory]
    [InlineData("What is my mother's name?")]
    [InlineData("Where do I park?")]
    [InlineData("What is my shoe size?")]
    [InlineData("Do I like tea?")]
    [InlineData("When did I get married?")]
    public async Task Says_so_when_it_was_not_told(string question)
    {
        using var talk = new Conversation();
        await talk.AskAsync(Told);
        (await talk.AskAsync(question)).ShouldBe("You haven't told me that in this conversation.");
    }

    [Theory]
    [InlineData(
        "My name is Bob.",
        "Actually, my name is Rob.",
        "What is my name?",
        "Your name is Rob."
    )]
    [InlineData(
        "My name is Bob.",
        "No, it's Rob, not Bob.",
        "What is my name?",
        "Your name is Rob."
    )]
    [InlineData("I live in Paris.", "I moved to Rome.", "Where do I live?", "You moved to Rome.")]
    [InlineData(
        "My favourite colour is red.",
        "My favourite color is blue now.",
        "What's my favourite colour?",
        "Your favourite color is blue."
    )]
    [InlineData("I'm 40.", "I just turned 41!", "How old am I?", "You are 41 years old.")]
    public async Task The_newest_fact_wins(
        string first,
        string second,
        string question,
        string expected
    )
    {
        using var talk = new Conversation();
        (await talk.AskAsync(first, second, question)).ShouldBe(expected);
    }

    [Fact]
    public async Task Each_of_several_questions_is_answered()
    {
        using var talk = new Conversation();
        await talk.AskAsync(Told);
        var answer = await talk.AskAsync(
            "What's my name, how old am I, and where do I live? And what is 6*7?"
        );
        answer.ShouldBe(
            "Your name is Ada Lovelace. You are 36 years old. You live in Zagreb. 6*7 = 42."
        );
    }

    [Fact]
    public async Task Text_handed_over_tells_nothing_about_the_user()
    {
        using var talk = new Conversation();
        await talk.AskAsync(
            "My name is Ada.",
            "Summarise this: My name is Bob. I work at Acme. I live in Oslo. It rains."
        );
        (await talk.AskAsync("What is my name?")).ShouldBe("Your name is Ada.");
    }

    [Fact]
    public async Task Quotes_an_earlier_statement_with_who_said_it()
    {
        using var talk = new Conversation();
        var answer = await talk.AskAsync(
            "The server room is on the second floor.",
            "Where is the server room?"
        );
        answer.ShouldBe("You said: “The server room is on the second floor.”");
    }

    [Fact]
    public async Task Says_all_that_it_knows_about_the_user()
    {
        using var talk = new Conversation();
        var answer = await talk.AskAsync("I'm Ada. I like tea.", "What do you know about me?");
        answer.ShouldBe("Your name is Ada. You like tea.");
    }

    [Fact]
    public async Task Knows_the_first_question_of_the_conversation()
    {
        using var talk = new Conversation();
        var answer = await talk.AskAsync(
            "I'm Ada.",
            "What is 2+2?",
            "What is 3+3?",
            "What was my first question?"
        );
        answer.ShouldBe("You said: “What is 2+2?”");
    }
}
