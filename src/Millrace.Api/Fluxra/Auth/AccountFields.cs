using Millrace.Api.Fluxra.Bodies;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Auth;

/// <summary>Reads what registering and changing an account share. (fluxra §8.1)</summary>
internal static class AccountFields
{
    private const int LongestEmail = 254;
    private const int LongestDescription = 500;
    private const int LongestOwner = 200;
    private const int LongestVersion = 50;

    public static string? Email(Fields fields, string name = "email")
    {
        if (fields.Text(name, LongestEmail) is not { } email)
            return null;
        if (IsAddress(email))
            return email;
        fields.Refuse(name, FieldErrors.Malformed);
        return null;
    }

    /// <summary>Other members are dropped.</summary>
    public static AgentMetadata Metadata(Fields fields)
    {
        var metadata = fields.Object("metadata");
        return new AgentMetadata(
            metadata?.Text("description", LongestDescription),
            metadata?.Text("owner", LongestOwner),
            metadata?.Text("version", LongestVersion)
        );
    }

    /// <summary>Merged member by member; null in the place of all clears all.</summary>
    public static AccountChange Change(Fields fields)
    {
        var email = new Change<string?>(fields.IsGiven("email"), Email(fields));
        if (fields.Object("metadata") is { } metadata)
            return new AccountChange
            {
                Email = email,
                Description = metadata.ChangedText("description", LongestDescription),
                Owner = metadata.ChangedText("owner", LongestOwner),
                Version = metadata.ChangedText("version", LongestVersion),
            };
        var cleared = new Change<string?>(fields.IsGiven("metadata"), null);
        return new AccountChange
        {
            Email = email,
            Description = cleared,
            Owner = cleared,
            Version = cleared,
        };
    }

    private static bool IsAddress(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return at > 0
            && at < email.Length - 1
            && email.LastIndexOf('@') == at
            && !email.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));
    }
}
