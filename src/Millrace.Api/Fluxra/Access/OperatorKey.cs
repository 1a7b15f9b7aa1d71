using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Secrets;

namespace Millrace.Api.Fluxra.Access;

/// <summary>Knows the operator by the key that the settings give.</summary>
internal sealed class OperatorKey(OperatorOptions options, OperatorSecrets secrets)
{
    private readonly byte[]? _digest =
        options.Key.Length == 0 ? null
        : options.KeySecret is not { } name ? Digest(options.Key)
        : Digest(
            secrets.Find(name)
                ?? throw new InvalidOperationException(
                    $"Millrace:{OperatorOptions.Name}:Key names the secret '{name}', which is not there. `millrace secret set {name}` keeps it."
                )
        );

    /// <summary>Whether there is an operator at all.</summary>
    public bool IsSet => _digest is not null;

    public bool Matches(ReadOnlySpan<char> presented) =>
        _digest is not null
        && CryptographicOperations.FixedTimeEquals(_digest, Digest(presented.ToString()));

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
