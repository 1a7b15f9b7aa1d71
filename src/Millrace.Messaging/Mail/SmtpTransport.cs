using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Millrace.Core.Secrets;

namespace Millrace.Messaging.Mail;

/// <summary>Hands mails to the operator's SMTP server.</summary>
internal sealed class SmtpTransport(MailOptions options, OperatorSecrets secrets, TimeProvider time)
    : IMailTransport
{
    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(options.TimeLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.Tls };
        if (options.User.Length > 0)
            client.Credentials = new NetworkCredential(options.User, Password());
        var text = letter.Text.ReplaceLineEndings("\r\n");
        // As in the outbox: by itself the client would write line ends as characters.
        using var message = new MailMessage(options.From, letter.To, letter.Subject, text)
        {
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.EightBit,
        };
        message.Headers.Add("Message-ID", $"<{letter.Id}@millrace>");
        await client.SendMailAsync(message, both.Token);
    }

    private string Password() =>
        options.PasswordSecret is { } name
            ? secrets.Find(name)
                ?? throw new InvalidOperationException(
                    $"Millrace:{MailOptions.Name}:Password names the secret '{name}', which is not there. `millrace secret set {name}` keeps it."
                )
            : options.Password;
}
