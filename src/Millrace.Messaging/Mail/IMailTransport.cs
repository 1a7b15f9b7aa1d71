namespace Millrace.Messaging.Mail;

/// <summary>A mail as it leaves.</summary>
/// <param name="Id">The same when it is sent again.</param>
internal sealed record Letter(string Id, string To, string Subject, string Text);

/// <summary>Takes mails away. An exception means that it was not taken, and is tried again.</summary>
internal interface IMailTransport
{
    Task SendAsync(Letter letter, CancellationToken cancellation);
}
