using Millrace.Core.Settings;

namespace Millrace.Agents.Sessions;

/// <summary>How much of a conversation a model sees, and how long it is kept.</summary>
public sealed class SessionsOptions : ISection
{
    public static string Name => "Sessions";

    /// <summary>At most this many of the latest turns are shown word for word.</summary>
    public int VerbatimTurns { get; set; } = 40;

    /// <summary>At most this many tokens of them, and never more than half of the model's window.</summary>
    public int VerbatimTokens { get; set; } = 6_000;

    /// <summary>How many older turns are recalled by meaning; 0 turns recall off.</summary>
    public int RecalledTurns { get; set; } = 4;

    /// <summary>How alike an older turn must be to the message, as a cosine.</summary>
    public double RecallThreshold { get; set; } = 0.3;

    /// <summary>So many turns leave the window before the running summary is brought up to date; 0 turns it off.</summary>
    public int SummariseEvery { get; set; } = 20;

    /// <summary>At most this many turns of one session wait for the one that is being answered.</summary>
    public int WaitingTurns { get; set; } = 32;

    /// <summary>Days after its last turn that a session is kept.</summary>
    public int Days { get; set; } = 90;

    public IEnumerable<string> Validate()
    {
        if (VerbatimTurns is < 2 or > 100_000)
            yield return "Millrace:Sessions:VerbatimTurns must be between 2 and 100000.";
        if (VerbatimTokens is < 100 or > 10_000_000)
            yield return "Millrace:Sessions:VerbatimTokens must be between 100 and 10000000.";
        if (RecalledTurns is < 0 or > 50)
            yield return "Millrace:Sessions:RecalledTurns must be between 0 and 50.";
        if (RecallThreshold is < -1 or > 1)
            yield return "Millrace:Sessions:RecallThreshold is a cosine: give a number between -1 and 1.";
        if (SummariseEvery is < 0 or > 1_000)
            yield return "Millrace:Sessions:SummariseEvery must be between 0 and 1000.";
        if (WaitingTurns is < 1 or > 10_000)
            yield return "Millrace:Sessions:WaitingTurns must be between 1 and 10000.";
        if (Days is < 1 or > 36_500)
            yield return "Millrace:Sessions:Days must be between 1 and 36500.";
    }
}
