using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Millrace.Core.Ids;

namespace Millrace.Messaging.Accounts;

/// <summary>What an access token says. (fluxra §2.3)</summary>
/// <param name="StartedAt">When the first token of the family was issued.</param>
public sealed record TokenClaims(
    Id<AccessToken> Id,
    Id<AgentAccount> Account,
    Id<TokenFamily> Family,
    Id<AgentKey> Key,
    ScopeSet Scopes,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset StartedAt
);

/// <summary>Writes claims as a JWT signed by HS256, and reads those back that this installation signed.</summary>
public sealed class TokenSigner
{
    private const int LongestToken = 4096;

    private readonly JsonWebTokenHandler _handler = new()
    {
        SetDefaultTimesOnTokenCreation = false,
        MapInboundClaims = false,
        MaximumTokenSizeInBytes = LongestToken,
    };
    private readonly Lazy<SymmetricSecurityKey> _key;
    private readonly string _issuer;

    public TokenSigner(MessagingHome home, AccountOptions options)
    {
        _key = new(() => new SymmetricSecurityKey(home.KeyFor("tokens")));
        _issuer = options.Issuer;
    }

    public string Sign(TokenClaims claims) =>
        _handler.CreateToken(
            new SecurityTokenDescriptor
            {
                SigningCredentials = new SigningCredentials(
                    _key.Value,
                    SecurityAlgorithms.HmacSha256
                ),
                Claims = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["iss"] = _issuer,
                    ["sub"] = claims.Account.Text(),
                    ["jti"] = claims.Id.ToString(),
                    ["fam"] = claims.Family.ToString(),
                    ["key_id"] = claims.Key.Text(),
                    ["scopes"] = claims.Scopes.Names.ToArray(),
                    ["iat"] = claims.IssuedAt.ToUnixTimeSeconds(),
                    ["exp"] = claims.ExpiresAt.ToUnixTimeSeconds(),
                    ["auth_time"] = claims.StartedAt.ToUnixTimeSeconds(),
                },
            }
        );

    /// <summary>Null for what was not signed here. Whether the token still holds is not looked at.</summary>
    public async ValueTask<TokenClaims?> ReadAsync(string text)
    {
        if (text.Length > LongestToken)
            return null;
        var result = await _handler.ValidateTokenAsync(
            text,
            new TokenValidationParameters
            {
                IssuerSigningKey = _key.Value,
                ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
                ValidIssuer = _issuer,
                ValidateAudience = false,
                // By the server's own clock, where the token's state is known too.
                ValidateLifetime = false,
            }
        );
        return result is { IsValid: true, SecurityToken: JsonWebToken token } ? Read(token) : null;
    }

    private static TokenClaims? Read(JsonWebToken token)
    {
        if (
            !AgentIds.TryParse(token.Subject, out var account)
            || !AgentIds.TryParseKey(Text(token, "key_id"), out var key)
            || !Id<AccessToken>.TryParse(token.Id, "", out var id)
            || !Id<TokenFamily>.TryParse(Text(token, "fam"), "", out var family)
            || !token.TryGetPayloadValue<string[]>("scopes", out var scopes)
            || ScopeSet.TryOf(scopes) is not { } known
        )
            return null;
        return new TokenClaims(
            id,
            account,
            family,
            key,
            known,
            Time(token, "iat"),
            Time(token, "exp"),
            Time(token, "auth_time")
        );
    }

    private static string? Text(JsonWebToken token, string name) =>
        token.TryGetPayloadValue<string>(name, out var value) ? value : null;

    private static DateTimeOffset Time(JsonWebToken token, string name) =>
        DateTimeOffset.FromUnixTimeSeconds(
            token.TryGetPayloadValue<long>(name, out var seconds) ? seconds : 0
        );
}
