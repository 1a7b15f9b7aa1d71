using System.Text;
using Millrace.Knowledge.Documents;

namespace Millrace.Tests.Knowledge.Documents;

/// <summary>Python's reader of mail at work in the sandbox.</summary>
public sealed class MailTests : IDisposable
{
    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task A_mail_is_read_with_its_attachments()
    {
        var pdf = new PdfWriter().Page(("The attached invoice is for ten sacks.", 12)).Write();
        var mail = Mail(
            "Content-Type: multipart/mixed; boundary=\"b\"",
            $"""
            --b
            Content-Type: text/plain; charset="utf-8"
            Content-Transfer-Encoding: quoted-printable

            Dear Ada, the caf=C3=A9 owes us.
            --b
            Content-Type: application/octet-stream
            Content-Disposition: attachment; filename="invoice.bin"
            Content-Transfer-Encoding: base64

            {Convert.ToBase64String(pdf)}
            --b--
            """
        );

        var blocks = await _lab.ReadAsync(mail);

        var text = blocks.Select(block => block.Text).ToList();
        text[0].ShouldBe("Grüße");
        text[1].ShouldContain("From: Bob <bob@example.org>");
        text.ShouldContain("Dear Ada, the café owes us.");
        blocks[^1].Text.ShouldBe("The attached invoice is for ten sacks.");
        blocks[^1].HeadingPath.ShouldBe(["invoice.bin"]);
        blocks[^1].Page.ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_of_html_is_read_as_such()
    {
        var mail = Mail(
            "Content-Type: text/html; charset=utf-8",
            "<p>One &amp; two</p><ul><li>three</li></ul>"
        );

        var blocks = await _lab.ReadAsync(mail);

        blocks.Skip(2).Select(block => block.Text).ShouldBe(["One & two", "- three"]);
    }

    [Fact]
    public async Task An_attachment_that_cannot_be_read_is_named_with_its_reason()
    {
        var mail = Mail(
            "Content-Type: multipart/mixed; boundary=\"b\"",
            """
            --b
            Content-Type: text/plain

            See the film.
            --b
            Content-Type: video/mp4
            Content-Disposition: attachment; filename="film.mp4"
            Content-Transfer-Encoding: base64

            AAAAIGZ0eXBpc29tAAACAAAAAAD/AAECAwQFBgcICQ==
            --b--
            """
        );

        var blocks = await _lab.ReadAsync(mail);

        blocks[^2].Text.ShouldBe("film.mp4");
        blocks[^1].Text.ShouldStartWith("(This file was not read.");
    }

    private static byte[] Mail(string contentType, string body) =>
        Encoding.UTF8.GetBytes(
            $"""
            From: Bob <bob@example.org>
            To: ada@example.org
            Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
            MIME-Version: 1.0
            {contentType}

            {body}
            """
        );
}
