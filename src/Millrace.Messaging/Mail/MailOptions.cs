using System.Net.Mail;
using Millrace.Core.Settings;

namespace Millrace.Messaging.Mail;

/// <summary>How mails to agents' owners leave: by SMTP when a host is named, else into the outbox in the data folder.</summary>
public sealed class MailOptions : ISection
{
    public const string SecretPrefix = "secret:";

    public static string Name => "Messaging:Mail";

    /// <summary>The SMTP server; empty for the outbox.</summary>
    public string Host { get; init; } = "";

    public int Port { get; init; } = 587;

    /// <summary>Whether the connection must be encrypted (STARTTLS).</summary>
    public bool Tls { get; init; } = true;

    /// <summary>Empty for a server that asks for no login.</summary>
    public string User { get; init; } = "";

    /// <summary>The password, or <c>secret:NAME</c> for one that the operator keeps.</summary>
    public string Password { get; init; } = "";

    public string From { get; init; } = "millrace@localhost";

    /// <summary>Where people reach this server, for links in mails; empty writes no links.</summary>
    public string PublicUrl { get; init; } = "";

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The operator's secret that the password is, if it is one.</summary>
    public string? PasswordSecret =>
        Password.StartsWith(SecretPrefix, StringComparison.Ordinal)
            ? Password[SecretPrefix.Length..]
            : null;

    public IEnumerable<string> Validate()
    {
        if (Port is < 1 or > 65535)
            yield return $"Millrace:{Name}:Port is {Port}; use 1 to 65535.";
        if (!MailAddress.TryCreate(From, out _))
            yield return $"Millrace:{Name}:From: '{From}' is not an address. Give one such as millrace@example.com.";
        if (
            PublicUrl.Length > 0
            && !(
                Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url)
                && url.Scheme is ("http" or "https")
            )
        )
            yield return $"Millrace:{Name}:PublicUrl: '{PublicUrl}' is not an address. Give one such as https://chat.example.com.";
        if (TimeLimit <= TimeSpan.Zero || TimeLimit > TimeSpan.FromMinutes(5))
            yield return $"Millrace:{Name}:TimeLimit is {TimeLimit}; use 00:00:01 to 00:05:00.";
    }
}
