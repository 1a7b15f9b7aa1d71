namespace Millrace.Api.Fluxra.Access;

/// <summary>Routes that are counted together. (fluxra §6)</summary>
/// <param name="IsPerAddress">Counted by the client's address, not by the agent.</param>
internal sealed record RateGroup(
    string Name,
    TimeSpan Window,
    Func<RateOptions, int> Count,
    bool IsPerAddress = false
)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static readonly RateGroup Register = new(
        "fluxra-register",
        Hour,
        options => options.Register,
        IsPerAddress: true
    );

    public static readonly RateGroup Mailed = new("fluxra-mailed", Hour, options => options.Mailed);

    public static readonly RateGroup MailedPerAddress = new(
        "fluxra-mailed-address",
        Hour,
        options => options.MailedPerAddress,
        IsPerAddress: true
    );

    public static readonly RateGroup Token = new("fluxra-token", Minute, options => options.Token);

    public static readonly RateGroup TokenUpkeep = new(
        "fluxra-token-upkeep",
        Minute,
        options => options.TokenUpkeep
    );

    public static readonly RateGroup KeyWrites = new(
        "fluxra-keys",
        Hour,
        options => options.KeyWrites
    );

    public static readonly RateGroup AccountWrites = new(
        "fluxra-account",
        Minute,
        options => options.AccountWrites
    );

    public static readonly RateGroup MessageWrites = new(
        "fluxra-messages",
        Minute,
        options => options.MessageWrites
    );

    public static readonly RateGroup ConversationsMade = new(
        "fluxra-conversations-made",
        Hour,
        options => options.ConversationsMade
    );

    public static readonly RateGroup ConversationWrites = new(
        "fluxra-conversations",
        Minute,
        options => options.ConversationWrites
    );

    public static readonly RateGroup BlockWrites = new(
        "fluxra-blocks",
        Minute,
        options => options.BlockWrites
    );

    public static readonly RateGroup Presence = new(
        "fluxra-presence",
        Minute,
        options => options.Presence
    );

    public static readonly RateGroup Sockets = new(
        "fluxra-sockets",
        Minute,
        options => options.Sockets,
        IsPerAddress: true
    );

    public static readonly RateGroup Directory = new(
        "fluxra-directory",
        Minute,
        options => options.Directory,
        IsPerAddress: true
    );

    public static readonly RateGroup PaymentWrites = new(
        "fluxra-payments",
        Minute,
        options => options.PaymentWrites
    );

    public static readonly RateGroup Reads = new("fluxra-reads", Minute, options => options.Reads);
}
