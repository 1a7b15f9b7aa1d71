using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Tests.Knowledge.Graph;

public sealed class StatementReaderTests
{
    [Theory]
    [InlineData("Alice works at Acme.", "Alice works_at Acme")]
    [InlineData("Dr. Alice Smith is employed by Acme Corp.", "Alice Smith works_at Acme Corp")]
    [InlineData(
        "Alice left Acme in May 2024 and joined Beta.",
        "Alice -works_at Acme 2024-05-01; Alice works_at Beta 2024-05-01"
    )]
    [InlineData("Bob moved to New York on 5 March 2021.", "Bob lives_in New York 2021-03-05")]
    [InlineData("Bob moved to New York on March 5th, 2021.", "Bob lives_in New York 2021-03-05")]
    [InlineData("Bob has lived in Berlin since 2019.", "Bob lives_in Berlin 2019-01-01")]
    [InlineData("Bob lived in Berlin until March 2024.", "Bob lives_in Berlin ..2024-03-01")]
    [InlineData(
        "Carol worked at Acme from 2010 to 2015.",
        "Carol works_at Acme 2010-01-01..2015-01-01"
    )]
    [InlineData("Carol worked at Acme (2010-2015).", "Carol works_at Acme 2010-01-01..2015-01-01")]
    [InlineData("Acme is based in San Francisco.", "Acme located_in San Francisco")]
    [InlineData("Dan is the CEO of Acme.", "Acme has_ceo Dan")]
    [InlineData("Acme's CEO is Dan.", "Acme has_ceo Dan")]
    [InlineData(
        "In June 2020, Eve became the chief scientist at Beta.",
        "Beta has_chief_scientist Eve 2020-06-01"
    )]
    [InlineData("Paris is the capital of France.", "France has_capital Paris")]
    [InlineData("Acme acquired Beta in 2022.", "Acme acquired Beta 2022-01-01")]
    [InlineData("Acme was founded by Alice.", "Alice founded Acme")]
    [InlineData("Alice married Bob on 2020-06-01.", "Alice married_to Bob 2020-06-01")]
    [InlineData("Alice is 36 years old.", "Alice age 36")]
    [InlineData("Alice no longer works at Acme.", "Alice -works_at Acme")]
    [InlineData("Élodie joined Société Générale.", "Élodie works_at Société Générale")]
    [InlineData("The University of Oslo is located in Oslo.", "University of Oslo located_in Oslo")]
    public void A_plain_sentence_is_read(string text, string claims) =>
        Shown(StatementReader.Read(text)).ShouldBe(claims);

    [Theory]
    [InlineData("Does Alice work at Acme?")]
    [InlineData("Alice works at Acme?")]
    [InlineData("If Alice works at Acme, she is rich.")]
    [InlineData("Alice might join Beta.")]
    [InlineData("Alice plans to move; Bob said Carol works at Acme.")]
    [InlineData("Alice never worked at Acme.")]
    [InlineData("Alice worked at Acme.")]
    [InlineData("He works at Acme.")]
    [InlineData("Alice works at Ernst and Young.")]
    [InlineData("alice works at acme")]
    [InlineData("")]
    public void What_is_not_sure_is_not_read(string text) =>
        StatementReader.Read(text).Claims.ShouldBeEmpty();

    [Fact]
    public void Other_names_are_read()
    {
        var reading = StatementReader.Read(
            "Robert Zimmerman, also known as Bob Dylan, lives in Malibu."
        );
        reading.Aliases.ShouldHaveSingleItem().Name.ShouldBe("Bob Dylan");
        Shown(reading).ShouldBe("Robert Zimmerman lives_in Malibu");
    }

    [Theory]
    [InlineData("(((((((((((((((((((((((((((((")]
    [InlineData("A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A works at")]
    [InlineData("\ud83d\ude00 works at \ud83d")]
    [InlineData("Alice joined Beta on 31 February 2024 99999999999999999999")]
    public void Nonsense_does_no_harm(string text) =>
        StatementReader.Read(text).Aliases.ShouldBeEmpty();

    private static string Shown(Reading reading) =>
        string.Join(
            "; ",
            reading.Claims.Select(claim =>
                $"{claim.Subject.Name} {(claim.Ends ? "-" : "")}{claim.Predicate} {claim.Value ?? claim.Object.Name}{Shown(claim.Dates)}"
            )
        );

    private static string Shown(StatedTime dates) =>
        (dates.From, dates.To) switch
        {
            (null, null) => "",
            ({ } from, null) => $" {from:yyyy-MM-dd}",
            var (from, to) => $" {from:yyyy-MM-dd}..{to:yyyy-MM-dd}",
        };
}
