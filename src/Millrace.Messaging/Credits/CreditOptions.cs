using Millrace.Core.Settings;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Credits;

/// <summary>The credits of agents. (fluxra §15)</summary>
public sealed class CreditOptions : ISection
{
    public static string Name => "Messaging:Credits";

    /// <summary>What a new agent is given.</summary>
    public long SignUpGrant { get; init; } = 100;

    public IEnumerable<string> Validate()
    {
        if (SignUpGrant is < 0 or > Journal.MostAmount)
            yield return $"Millrace:{Name}:SignUpGrant is {SignUpGrant}; use 0 to {Journal.MostAmount}.";
    }
}
