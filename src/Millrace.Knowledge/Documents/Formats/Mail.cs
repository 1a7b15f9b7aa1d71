using System.Text.Json;
using Millrace.Core.Sandboxing;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>An e-mail: who, to whom, when and about what, its text, then its attachments, each read as a document.</summary>
internal sealed class Mail(Sandbox sandbox)
{
    /// <summary>Python's own reader of mail takes the message apart; nothing of the message is ever run.</summary>
    private const string Script = """
        import base64, email, email.policy, json, sys
        message = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
        most = int(sys.argv[1])
        def text(part):
            try:
                return part.get_content()
            except Exception:
                return (part.get_payload(decode=True) or b'').decode('utf-8', 'replace')
        def header(name):
            try:
                return str(message[name] or '')
            except Exception:
                return ''
        body = message.get_body(('plain', 'html'))
        parts = []
        for part in message.walk():
            if part is body or (part.is_multipart() and part.get_content_type() != 'message/rfc822'):
                continue
            if len(parts) > most:
                break
            if part.get_content_type() == 'message/rfc822':
                content = part.get_payload(0).as_bytes()
            elif part.get_filename() or part.get_content_disposition() == 'attachment':
                content = part.get_payload(decode=True) or b''
            else:
                continue
            name = part.get_filename() or part.get_content_type().replace('/', '.')
            parts.append({'name': str(name), 'content': base64.b64encode(content).decode()})
        sys.stdout.write(json.dumps({
            'headers': [[name, header(name)] for name in ('Subject', 'From', 'To', 'Cc', 'Date')],
            'isHtml': body is not None and body.get_content_subtype() == 'html',
            'body': text(body) if body is not None else '',
            'parts': parts}))
        """;

    public async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        using var message = JsonDocument.Parse(await TakeApartAsync(source, reading));
        var mail = message.RootElement;
        var headers = mail.GetProperty("headers")
            .EnumerateArray()
            .Select(header => (Name: header[0].GetString()!, Value: header[1].GetString()!))
            .Where(header => header.Value.Length > 0)
            .ToList();
        yield return Piece.Heading(headers.Find(header => header.Name == "Subject").Value ?? "", 1);
        yield return Piece.Paragraph(
            string.Join('\n', headers.Select(header => $"{header.Name}: {header.Value}"))
        );
        var body = mail.GetProperty("body").GetString()!;
        foreach (
            var piece in mail.GetProperty("isHtml").GetBoolean()
                ? HtmlPage.Fragment(body, reading)
                : Paragraphs(body)
        )
            yield return piece;
        foreach (var attachment in mail.GetProperty("parts").EnumerateArray())
        {
            using var content = new MemoryStream(
                attachment.GetProperty("content").GetBytesFromBase64()
            );
            reading.CountExpanded(content.Length);
            var part = new PartAttempt(
                reading.ReadPartAsync(attachment.GetProperty("name").GetString()!, content)
            );
            await foreach (var piece in part.ReadAsync())
                yield return piece;
        }
    }

    private async Task<ReadOnlyMemory<byte>> TakeApartAsync(Source source, Reading reading)
    {
        var result = await sandbox.RunAsync(
            new SandboxCommand("python3", "python3")
            {
                Arguments = ["-I", "-S", "-c", Script, $"{reading.Options.MaxParts}"],
                Input = await source.ReadAllAsync(reading.Cancellation),
                OutputBytes = 64 << 20,
            },
            reading.Cancellation
        );
        return result.IsSuccess
            ? result.Output
            : throw new UnreadableDocument(
                DocumentFault.Damaged,
                "The e-mail is damaged: its parts cannot be told apart."
            );
    }

    private static IEnumerable<Piece> Paragraphs(string body) =>
        body.ReplaceLineEndings("\n").Split("\n\n").Select(Piece.Paragraph);
}
