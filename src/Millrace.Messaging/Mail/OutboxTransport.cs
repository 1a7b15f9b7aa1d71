using System.Globalization;
using System.Text;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Mail;

/// <summary>Lays mails into the folder <c>outbox</c>, a file each, for the operator to read or to pass on.</summary>
internal sealed class OutboxTransport(MailOptions options, DataFolder data, TimeProvider time)
    : IMailTransport
{
    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        var folder = data.Folder("outbox");
        var draft = Path.Combine(folder, $"{letter.Id}.draft");
        await using (var file = Create(draft))
            await file.WriteAsync(Encoding.UTF8.GetBytes(Text(letter)), cancellation);
        File.Move(draft, Path.Combine(folder, $"{letter.Id}.eml"), overwrite: true);
    }

    private static FileStream Create(string path)
    {
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, how);
    }

    private string Text(Letter letter)
    {
        var date = time.GetUtcNow()
            .ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
        return $"""
            From: {options.From}
            To: {letter.To}
            Subject: {letter.Subject}
            Date: {date}
            Message-ID: <{letter.Id}@millrace>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            {letter.Text}
            """.ReplaceLineEndings("\r\n");
    }
}
