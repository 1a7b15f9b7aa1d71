using System.Security.Cryptography;
using System.Text;

namespace Millrace.Messaging.Accounts;

/// <summary>Makes secrets, and the keyed digests that are stored in their place. (fluxra §2.2)</summary>
public sealed class CredentialDigests(MessagingHome home)
{
    public const string RecoveryKey = "rk_";
    public const string ApiKey = "sk_";
    public const string Invitation = "inv_";

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int RandomLetters = 17;
    private const int LongestSecret = 64;

    /// <summary>
    /// A new secret of a layer. At 20 characters, an agent's id and its secret make one line of 76 in base64, where the
    /// usual tool breaks lines.
    /// </summary>
    public static string NewSecret(string layer) =>
        layer + RandomNumberGenerator.GetString(Letters, RandomLetters);

    public byte[] Of(string secret) =>
        HMACSHA256.HashData(home.KeyFor("credentials"), Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether a secret of that layer is the one of the digest, told in the same time whatever it is.</summary>
    public bool Matches(string layer, string presented, byte[]? digest) =>
        presented.Length <= LongestSecret
        && presented.StartsWith(layer, StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(Of(presented), digest ?? new byte[32])
        && digest is not null;
}
