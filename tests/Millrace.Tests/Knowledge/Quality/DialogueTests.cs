namespace Millrace.Tests.Knowledge.Quality;

/// <summary>
/// Dialogues that are kept by rule. The odd ones served to tune the rules, the even ones did not. The target is every
/// question; what is reached is asserted.
/// </summary>
public sealed class DialogueTests(ITestOutputHelper output)
{
    // Measured; the target of each is 1.0.
    private const double LeastOdd = 0.82;
    private const double LeastEven = 0.35;
    private const double LeastDev = 0.9;

    [Fact]
    public async Task Facts_that_change_in_a_dialogue_are_found_as_of_now_and_of_then()
    {
        var scores = new List<DialogueScore>();
        foreach (var dialogue in await DialogueSet.ReadAsync<Dialogue>("dialogues.json"))
            scores.AddRange(await DialogueSet.PlayAsync(dialogue));

        // Who tunes the rules looks at no even one.
        foreach (var miss in scores.Where(score => !score.IsRight && score.Dialogue.IsOdd))
            output.WriteLine(miss.ToString());
        DialogueSet.Share(output, "all", scores);
        DialogueSet
            .Share(output, "odd", scores.FindAll(score => score.Dialogue.IsOdd))
            .ShouldBeGreaterThanOrEqualTo(LeastOdd);
        DialogueSet
            .Share(output, "even", scores.FindAll(score => !score.Dialogue.IsOdd))
            .ShouldBeGreaterThanOrEqualTo(LeastEven);
    }

    /// <summary>The dialogues that the rules were tuned with, beside the odd ones.</summary>
    [Fact]
    public async Task Facts_that_change_in_the_dialogues_to_tune_with_are_found()
    {
        var scores = new List<DialogueScore>();
        foreach (var dialogue in await DialogueSet.ReadAsync<Dialogue>("dialogues-dev.json"))
            scores.AddRange(await DialogueSet.PlayAsync(dialogue));

        foreach (var miss in scores.Where(score => !score.IsRight))
            output.WriteLine(miss.ToString());
        DialogueSet.Share(output, "dev", scores).ShouldBeGreaterThanOrEqualTo(LeastDev);
    }
}
