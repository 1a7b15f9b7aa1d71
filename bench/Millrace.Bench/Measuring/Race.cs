namespace Millrace.Bench.Measuring;

/// <summary>One thing that is measured.</summary>
internal sealed record Contender(string Name, Func<TimeSpan, Task<Lap>> RunAsync);

/// <summary>
/// Contenders run in turns, A B A B, after a warm-up of each, so that what the machine does meanwhile falls on all
/// alike.
/// </summary>
internal sealed class Race
{
    private readonly Contender[] _contenders;
    private readonly List<Lap>[] _laps;

    private Race(Contender[] contenders)
    {
        _contenders = contenders;
        _laps = [.. contenders.Select(_ => new List<Lap>())];
    }

    /// <summary>The median of each of a contender's figures over its turns.</summary>
    public Lap this[int contender] => Lap.Median(_laps[contender]);

    /// <summary>
    /// How one contender's figure stands to another's: the median over the rounds of the ratio within a round, so that
    /// both sides of each ratio met the same machine.
    /// </summary>
    public double Ratio(int one, int other, Func<Lap, double> figure) =>
        Figures.Median(_laps[one].Zip(_laps[other], (its, others) => figure(its) / figure(others)));

    /// <summary>As <see cref="Ratio"/>, of differences.</summary>
    public double Difference(int one, int other, Func<Lap, double> figure) =>
        Figures.Median(_laps[one].Zip(_laps[other], (its, others) => figure(its) - figure(others)));

    public static async Task<Race> RunAsync(BenchOptions options, params Contender[] contenders)
    {
        var race = new Race(contenders);
        foreach (var contender in contenders)
            await contender.RunAsync(options.WarmUp);
        for (var round = 1; round <= options.Rounds; round++)
            await race.RunRoundAsync(options, round);
        return race;
    }

    private async Task RunRoundAsync(BenchOptions options, int round)
    {
        for (var i = 0; i < _contenders.Length; i++)
            _laps[i].Add(await _contenders[i].RunAsync(options.Lap));
        var rates = _contenders.Zip(_laps, (who, its) => $"{who.Name} {its[^1].Rate:0}/s");
        await Console.Error.WriteLineAsync(
            $"round {round}/{options.Rounds}: {string.Join(", ", rates)}"
        );
    }
}
