using Millrace.Core.Settings;

namespace Millrace.Core.Webhooks;

/// <summary>How events are posted to the addresses that their owners name.</summary>
public sealed class WebhookOptions : ISection
{
    public static string Name => "Webhooks";

    /// <summary>Endpoints that one owner may have.</summary>
    public int PerOwner { get; set; } = 20;

    /// <summary>Seconds that a receiver has to answer.</summary>
    public int TimeLimitSeconds { get; set; } = 15;

    /// <summary>Hours after a rotation in which deliveries are signed with the old secret, too.</summary>
    public int OldSecretHours { get; set; } = 24;

    /// <summary>Days that deliveries can be looked at and replayed.</summary>
    public int KeepDays { get; set; } = 7;

    public IEnumerable<string> Validate()
    {
        if (PerOwner is < 1 or > 1_000)
            yield return "Millrace:Webhooks:PerOwner must be between 1 and 1000.";
        if (TimeLimitSeconds is < 1 or > 60)
            yield return "Millrace:Webhooks:TimeLimitSeconds must be between 1 and 60.";
        if (OldSecretHours is < 0 or > 720)
            yield return "Millrace:Webhooks:OldSecretHours must be between 0 and 720.";
        // Retries go on for over three days.
        if (KeepDays is < 4 or > 365)
            yield return "Millrace:Webhooks:KeepDays must be between 4 and 365.";
    }
}
