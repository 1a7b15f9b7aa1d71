using Millrace.Core.Settings;

namespace Millrace.Messaging.Accounts;

/// <summary>Who may register, and how long credentials hold. (fluxra Appendix B)</summary>
public sealed class AccountOptions : ISection
{
    public static string Name => "Messaging:Accounts";

    public RegistrationMode Registration { get; init; } = RegistrationMode.Open;

    /// <summary>The <c>iss</c> of access tokens; one that names another issuer is refused.</summary>
    public string Issuer { get; init; } = "millrace";

    /// <summary>How long an access token holds.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long tokens can be refreshed before the API key has to be presented again.</summary>
    public TimeSpan FamilyAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a token that was refreshed can still be used.</summary>
    public TimeSpan RefreshGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long what is mailed to verify an address or to recover an account holds.</summary>
    public TimeSpan MailedLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Live API keys of one agent.</summary>
    public int KeysPerAgent { get; init; } = 25;

    /// <summary>How long the audit log is kept.</summary>
    public int AuditDays { get; init; } = 90;

    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Issuer))
            yield return $"Millrace:{Name}:Issuer is empty; give a name, or leave the setting out.";
        if (TokenLifetime < TimeSpan.FromSeconds(60) || TokenLifetime > TimeSpan.FromDays(1))
            yield return $"Millrace:{Name}:TokenLifetime is {TokenLifetime}; use 00:01:00 to 1.00:00:00.";
        if (FamilyAge < TimeSpan.Zero || FamilyAge > TimeSpan.FromDays(365))
            yield return $"Millrace:{Name}:FamilyAge is {FamilyAge}; use 00:00:00 to 365.00:00:00.";
        if (RefreshGrace < TimeSpan.Zero || RefreshGrace > TimeSpan.FromHours(1))
            yield return $"Millrace:{Name}:RefreshGrace is {RefreshGrace}; use 00:00:00 to 01:00:00.";
        if (MailedLifetime < TimeSpan.FromMinutes(1) || MailedLifetime > TimeSpan.FromDays(7))
            yield return $"Millrace:{Name}:MailedLifetime is {MailedLifetime}; use 00:01:00 to 7.00:00:00.";
        if (KeysPerAgent is < 1 or > 1000)
            yield return $"Millrace:{Name}:KeysPerAgent is {KeysPerAgent}; use 1 to 1000.";
        if (AuditDays is < 1 or > 3650)
            yield return $"Millrace:{Name}:AuditDays is {AuditDays}; use 1 to 3650.";
    }
}

/// <summary>Who may register an agent.</summary>
public enum RegistrationMode
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Whoever has a code that the operator made; each is used once.</summary>
    Invitation,

    /// <summary>Nobody.</summary>
    Closed,
}
