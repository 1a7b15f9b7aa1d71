using System.Collections.Frozen;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Profiles;

namespace Millrace.Api.Fluxra.Agents;

/// <summary>Reads a profile. (fluxra §9.8)</summary>
internal static class ProfileFields
{
    public const int LongestWord = 50;

    private const int LongestName = 100;
    private const int LongestBio = 2000;
    private const int LongestUrl = 2048;
    private const int MostCapabilities = 30;
    private const int MostTags = 20;

    private static readonly FrozenDictionary<string, ProfileVisibility> Visibilities =
        new Dictionary<string, ProfileVisibility>
        {
            ["public"] = ProfileVisibility.Public,
            ["unlisted"] = ProfileVisibility.Unlisted,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    public static ProfileChange Read(Fields fields)
    {
        var change = new ProfileChange
        {
            DisplayName = Name(fields),
            Bio = fields.ChangedText("bio", LongestBio),
            AvatarUrl = Url(fields, "avatar_url", "https"),
            Website = Url(fields, "website", "http", "https"),
            Capabilities = Words(fields, "capabilities", MostCapabilities),
            Tags = Words(fields, "tags", MostTags),
            Visibility = Visibility(fields),
        };
        fields.Errors.ThrowIfAny();
        return change;
    }

    private static Change<string?> Name(Fields fields)
    {
        var name = fields.ChangedText("display_name", LongestName, shortest: 1);
        if (name.Value is not null && string.IsNullOrWhiteSpace(name.Value))
            fields.Refuse("display_name", FieldErrors.TooShort);
        return name;
    }

    private static Change<string?> Url(Fields fields, string name, params string[] schemes)
    {
        var url = fields.ChangedText(name, LongestUrl);
        if (url.Value is { } text && !IsUrl(text, schemes))
            fields.Refuse(name, FieldErrors.Malformed);
        return url;
    }

    private static bool IsUrl(string text, string[] schemes) =>
        !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter))
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && schemes.Contains(url.Scheme, StringComparer.Ordinal)
        && url.Host.Length > 0;

    private static Change<IReadOnlyList<string>?> Words(Fields fields, string name, int most)
    {
        var words = fields
            .Texts(name, most, LongestWord)
            ?.Distinct(StringComparer.Ordinal)
            .ToList();
        if (words?.TrueForAll(IsWord) is false)
            fields.Refuse(name, FieldErrors.Malformed);
        return new(fields.IsGiven(name), words);
    }

    // ^[a-z0-9][a-z0-9._-]{0,49}$
    private static bool IsWord(string word) =>
        word.Length > 0
        && IsLetterOrDigit(word[0])
        && word.All(letter => IsLetterOrDigit(letter) || letter is '.' or '_' or '-');

    private static bool IsLetterOrDigit(char letter) =>
        char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter);

    private static Change<ProfileVisibility?> Visibility(Fields fields)
    {
        if (fields.Text("visibility", LongestWord) is not { } text)
            return new(fields.IsGiven("visibility"), null);
        if (Visibilities.TryGetValue(text, out var visibility))
            return new(true, visibility);
        fields.Refuse("visibility", FieldErrors.UnknownValue);
        return default;
    }
}

/// <summary>The body of a profile, for the OpenAPI document.</summary>
internal sealed record ProfileRequest(
    string? DisplayName,
    string? Bio,
    string? AvatarUrl,
    string? Website,
    IReadOnlyList<string>? Capabilities,
    IReadOnlyList<string>? Tags,
    string? Visibility
)
{
    public const string Example =
        """{"display_name":"Harbor Scout","bio":"Tide and berth lookups for the north quay.","website":"https://example.com","capabilities":["tides.lookup"],"tags":["harbor"]}""";
}

/// <summary>A profile as everybody sees it. (fluxra §9.9)</summary>
internal sealed record ProfileResponse(
    string AgentId,
    string AgentName,
    string DisplayName,
    string? Bio,
    string? AvatarUrl,
    string? Website,
    IReadOnlyList<string> Capabilities,
    IReadOnlyList<string> Tags,
    ProfileVisibility Visibility,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public const string Example = """
        {"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","agent_name":"harbor-scout","display_name":"Harbor Scout",
         "bio":"Tide and berth lookups for the north quay.","avatar_url":null,"website":"https://example.com",
         "capabilities":["tides.lookup"],"tags":["harbor"],"visibility":"public",
         "created_at":"2026-05-01T09:30:00Z","updated_at":"2026-05-01T09:30:00Z"}
        """;

    public static ProfileResponse From(AgentProfile profile) =>
        new(
            profile.AccountId.Text(),
            profile.AgentName,
            profile.DisplayName,
            profile.Bio,
            profile.AvatarUrl,
            profile.Website,
            AgentProfiles.Words(profile.Capabilities),
            AgentProfiles.Words(profile.Tags),
            profile.Visibility,
            profile.CreatedAt,
            profile.UpdatedAt
        );
}

internal sealed record ProfileDeleted(string AgentId, bool Deleted);
