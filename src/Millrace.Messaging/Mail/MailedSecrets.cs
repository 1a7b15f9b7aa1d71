using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Ids;

namespace Millrace.Messaging.Mail;

/// <summary>
/// The tokens and codes of mails. Each is a keyed digest of the mail's id, so that a copy of the database holds none,
/// and a mail that is sent again says the same.
/// </summary>
public sealed class MailedSecrets(MessagingHome home)
{
    private const int IdDigits = 32;
    private const int ProofBytes = 16;
    private const uint Codes = 1_000_000;

    public string Token(MailPurpose purpose, Id<AccountMail> mail) =>
        $"{Prefix(purpose)}{mail}{Convert.ToHexStringLower(Proof(purpose, mail))}";

    /// <summary>Six digits.</summary>
    public string Code(Id<AccountMail> mail) =>
        (BinaryPrimitives.ReadUInt32BigEndian(Digest($"code:{mail}")) % Codes).ToString(
            "D6",
            CultureInfo.InvariantCulture
        );

    public bool IsCode(Id<AccountMail> mail, string presented) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Code(mail)),
            Encoding.UTF8.GetBytes(presented)
        );

    /// <summary>The mail that a token came from; false when it came from none.</summary>
    public bool TryReadToken(MailPurpose purpose, string token, out Id<AccountMail> mail)
    {
        mail = default;
        var prefix = Prefix(purpose);
        if (
            token.Length != prefix.Length + IdDigits + ProofBytes * 2
            || !Id<AccountMail>.TryParse(token[..(prefix.Length + IdDigits)], prefix, out mail)
        )
            return false;
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Token(purpose, mail)),
            Encoding.UTF8.GetBytes(token)
        );
    }

    private static string Prefix(MailPurpose purpose) =>
        purpose == MailPurpose.Recovery ? "rcv_" : "vrf_";

    private byte[] Proof(MailPurpose purpose, Id<AccountMail> mail) =>
        Digest($"{purpose}:{mail}")[..ProofBytes];

    private byte[] Digest(string text) =>
        HMACSHA256.HashData(home.KeyFor("mails"), Encoding.UTF8.GetBytes(text));
}
