using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Ids;

namespace Millrace.Core.Webhooks;

/// <summary>Secrets and signatures of the Standard Webhooks scheme.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const string Version = "v1,";
    private const int Bytes = 32;

    public static string New() =>
        Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Under which name it is kept among the workspace's secrets.</summary>
    public static string NameOf(Id<WebhookEndpoint> endpoint) => $"webhook/{endpoint}";

    public static string PreviousNameOf(Id<WebhookEndpoint> endpoint) =>
        $"webhook/{endpoint}/previous";

    public static byte[] KeyOf(string secret) => Convert.FromBase64String(secret[Prefix.Length..]);

    /// <summary>The signature of a message by each key, the newest first, parted by spaces.</summary>
    public static string Sign(
        IReadOnlyList<byte[]> keys,
        string id,
        long timestamp,
        ReadOnlySpan<byte> body
    )
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.");
        var length = Encoding.UTF8.GetByteCount(head) + body.Length;
        var signed = ArrayPool<byte>.Shared.Rent(length);
        var written = Encoding.UTF8.GetBytes(head, signed);
        body.CopyTo(signed.AsSpan(written));
        var signatures = keys.Select(key =>
            Version + Convert.ToBase64String(HMACSHA256.HashData(key, signed.AsSpan(0, length)))
        );
        var text = string.Join(' ', signatures);
        ArrayPool<byte>.Shared.Return(signed);
        return text;
    }
}
