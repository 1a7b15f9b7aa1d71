using Millrace.Core.Settings;

namespace Millrace.Api.Fluxra.Access;

/// <summary>How often an agent, or an address where it says so, may call each group of routes; 0 means any number. (fluxra §6)</summary>
public sealed class RateOptions : ISection
{
    public static string Name => "Fluxra:Limits";

    /// <summary>False lifts all of them.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Registrations an hour of one address.</summary>
    public int Register { get; init; } = 300;

    /// <summary>Verifications and recoveries an hour of one agent.</summary>
    public int Mailed { get; init; } = 10;

    /// <summary>Verifications and recoveries an hour of one address.</summary>
    public int MailedPerAddress { get; init; } = 60;

    /// <summary>Tokens a minute.</summary>
    public int Token { get; init; } = 60;

    /// <summary>Wrong keys in 15 minutes of one agent from one address.</summary>
    public int FailedLogins { get; init; } = 10;

    /// <summary>Refreshes and revocations a minute.</summary>
    public int TokenUpkeep { get; init; } = 60;

    /// <summary>Keys made or replaced an hour.</summary>
    public int KeyWrites { get; init; } = 30;

    /// <summary>Changes of account and profile a minute.</summary>
    public int AccountWrites { get; init; } = 60;

    /// <summary>Messages sent, edited or deleted a minute.</summary>
    public int MessageWrites { get; init; } = 120;

    /// <summary>Conversations made an hour.</summary>
    public int ConversationsMade { get; init; } = 120;

    /// <summary>Changes of settings, membership and read positions a minute.</summary>
    public int ConversationWrites { get; init; } = 240;

    /// <summary>Blocks made or removed a minute.</summary>
    public int BlockWrites { get; init; } = 60;

    /// <summary>Presence updates a minute.</summary>
    public int Presence { get; init; } = 60;

    /// <summary>WebSockets opened a minute from one address.</summary>
    public int Sockets { get; init; } = 600;

    /// <summary>Streams, WebSockets and waiting polls of one agent at once.</summary>
    public int OpenFeeds { get; init; } = 100;

    /// <summary>Looks at the directory and at profiles a minute of one address.</summary>
    public int Directory { get; init; } = 300;

    /// <summary>Changes of contracts and credits a minute.</summary>
    public int PaymentWrites { get; init; } = 60;

    /// <summary>Everything else that is read a minute.</summary>
    public int Reads { get; init; } = 600;

    public IEnumerable<string> Validate() =>
        typeof(RateOptions)
            .GetProperties()
            .Where(property => property.PropertyType == typeof(int))
            .Where(property => (int)property.GetValue(this)! < 0)
            .Select(property =>
                $"Millrace:{Name}:{property.Name} is negative; 0 means any number."
            );
}
