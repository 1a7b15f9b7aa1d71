using System.Security.Cryptography;

namespace Millrace.Core.Secrets;

/// <summary>
/// AES-256-GCM with a random nonce: form (1), nonce (12), tag (16), ciphertext. The place that a value belongs to goes
/// in as associated data, so that a row copied to another place does not open.
/// </summary>
internal static class Seal
{
    public const int KeyBytes = 32;
    private const byte Form = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = 1 + NonceBytes + TagBytes;

    public static byte[] Close(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> plain,
        ReadOnlySpan<byte> place
    )
    {
        var closed = new byte[HeadBytes + plain.Length];
        closed[0] = Form;
        var nonce = closed.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(
            nonce,
            plain,
            closed.AsSpan(HeadBytes),
            closed.AsSpan(1 + NonceBytes, TagBytes),
            place
        );
        return closed;
    }

    /// <exception cref="CryptographicException">Another key, another place, or changed bytes.</exception>
    public static byte[] Open(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> closed,
        ReadOnlySpan<byte> place
    )
    {
        if (closed.Length < HeadBytes || closed[0] != Form)
            throw new CryptographicException("The sealed value is of no known form.");
        var plain = new byte[closed.Length - HeadBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(
            closed.Slice(1, NonceBytes),
            closed[HeadBytes..],
            closed.Slice(1 + NonceBytes, TagBytes),
            plain,
            place
        );
        return plain;
    }
}
