using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Core.Sandboxing;
using Millrace.Knowledge.Documents;
using Millrace.Models.Images;

namespace Millrace.Tests.Knowledge.Documents;

/// <summary>Empty, foreign, broken, encrypted and endless files: each fails with its reason, or is read all the same.</summary>
public sealed class WorstFilesTests : IDisposable
{
    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task An_empty_file_has_nothing_to_read()
    {
        (await _lab.FailAsync([])).Fault.ShouldBe(DocumentFault.Empty);
        (await _lab.FailAsync("  \r\n\t \n"u8.ToArray())).Fault.ShouldBe(DocumentFault.NoText);
        (await _lab.FailAsync(DocumentLab.Zip())).Fault.ShouldBe(DocumentFault.NoText);
    }

    [Theory]
    // Beyond 65,535 files an archive says where its list begins in a record of its own.
    [InlineData(5_000, 1_000)]
    [InlineData(66_000, 20)]
    public async Task An_archive_that_lists_files_without_end_is_refused_before_its_list_is_read(
        int files,
        int length
    )
    {
        var archive = DocumentLab.Zip([
            .. Enumerable
                .Range(0, files)
                .Select(i => ($"{i}".PadLeft(length, 'n'), Array.Empty<byte>())),
        ]);

        var refused = await _lab.FailAsync(archive);

        refused.Fault.ShouldBe(DocumentFault.TooManyParts);
        refused.Message.ShouldContain("list of files");
    }

    [Fact]
    public async Task A_file_of_another_kind_is_refused_whatever_its_name()
    {
        var noise = new byte[100_000];
        new Random(7).NextBytes(noise);
        byte[] program = [0x7f, (byte)'E', (byte)'L', (byte)'F', .. new byte[4096]];

        (await _lab.FailAsync(noise, "notes.txt")).Fault.ShouldBe(DocumentFault.UnknownType);
        (await _lab.FailAsync(program, "report.pdf")).Fault.ShouldBe(DocumentFault.UnknownType);
    }

    [Fact]
    public async Task Nuls_and_broken_characters_in_a_text_do_not_stop_it()
    {
        byte[] nuls =
        [
            .. "before"u8,
            0,
            .. "after and so on, for a whole sentence of some length."u8,
        ];
        byte[] broken =
        [
            .. Encoding.UTF8.GetBytes("Zürich und Genève und München "),
            0xff,
            .. "end"u8,
        ];

        (await _lab.ReadAsync(nuls)).Single().Text.ShouldStartWith("beforeafter");
        (await _lab.ReadAsync(broken))
            .Single()
            .Text.ShouldBe("Zürich und Genève und München \ufffdend");
    }

    [Fact]
    public async Task Text_from_right_to_left_is_read_as_it_is()
    {
        const string Text = "שלום עולם. זה מסמך בעברית, עם מספר 42 באמצע.";

        (await _lab.ReadAsync(Text)).Single().Text.ShouldBe(Text);
    }

    [Fact]
    public async Task An_endless_line_ends_at_the_limit()
    {
        var line = new byte[100 << 20];
        line.AsSpan().Fill((byte)'x');

        (await _lab.FailAsync(line)).Fault.ShouldBe(DocumentFault.TooLarge);
        var raised = new DocumentOptions { MaxBytes = 1 << 28 };
        (await _lab.FailAsync(line, options: raised)).Fault.ShouldBe(DocumentFault.TooMuchText);
    }

    [Fact]
    public async Task A_file_that_takes_too_long_is_given_up()
    {
        var time = new FakeTimeProvider();
        using var sandbox = new Sandbox(new SandboxOptions(), time);
        var reader = new DocumentReader(
            sandbox,
            new OcrReader(sandbox, new OcrOptions()),
            new DocumentOptions { TimeLimit = TimeSpan.FromMinutes(1) },
            time,
            NullLogger<DocumentReader>.Instance
        );
        var slow = new SlowStream(time, Encoding.UTF8.GetBytes(new string('a', 1_000_000)));

        var failure = await Should.ThrowAsync<UnreadableDocument>(async () =>
            await reader.ReadAsync(slow, null, DocumentLab.Cancel).CountAsync(DocumentLab.Cancel)
        );

        failure.Fault.ShouldBe(DocumentFault.TimedOut);
    }

    [Fact]
    public async Task Whoever_asked_can_stop_the_reading()
    {
        using var stop = new CancellationTokenSource();
        var reader = _lab.Reader();
        var blocks = reader
            .ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes("One.\n\nTwo.")), null, stop.Token)
            .GetAsyncEnumerator(DocumentLab.Cancel);
        (await blocks.MoveNextAsync()).ShouldBeTrue();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await blocks.MoveNextAsync()
        );
    }

    [Fact]
    public async Task What_the_server_lacks_is_not_held_against_the_document()
    {
        using var broken = new Sandbox(new SandboxOptions(), TimeProvider.System)
        {
            Bubblewrap = "/usr/bin/no-such-program",
        };
        var pdf = new PdfWriter().Page(("Hello", 12)).Write();
        var failure = await Should.ThrowAsync<UnreadableDocument>(async () =>
            await _lab.Reader(sandbox: broken)
                .ReadAsync(new MemoryStream(pdf), null, DocumentLab.Cancel)
                .CountAsync(DocumentLab.Cancel)
        );
        failure.Code.ShouldBe("sandbox_unavailable");
        failure.IsOfTheServer.ShouldBeTrue();

        var missing = Reasons.Of(
            new NotConfigured("program_missing", "Install the Debian package poppler-utils.")
        );
        missing.Fault.ShouldBe(DocumentFault.ProgramMissing);
        missing.Message.ShouldContain("poppler-utils");
    }

    [Fact]
    public async Task Pdfs_that_cannot_be_read_say_why()
    {
        var whole = new PdfWriter().Page(("Hello from the mill", 12)).Write();
        var locked = new PdfWriter()
            .Page(("Hello", 12))
            .Write(
                $"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{new string('A', 64)}> /U <{new string('B', 64)}> >> /ID [<00> <00>]"
            );
        var endless = new PdfWriter();
        for (var page = 0; page < 10_000; page++)
            endless.Page();

        (await _lab.FailAsync(locked)).Fault.ShouldBe(DocumentFault.Encrypted);
        (await _lab.FailAsync(whole[..(whole.Length / 3)])).Fault.ShouldBe(DocumentFault.Damaged);
        (await _lab.FailAsync("%PDF-1.7\nand nothing more"u8.ToArray())).Fault.ShouldBe(
            DocumentFault.Damaged
        );
        (await _lab.FailAsync(endless.Write())).Fault.ShouldBe(DocumentFault.TooManyPages);
        var lying = new PdfWriter().Page(("One", 12)).Write(claimedPages: 2_000_000_000);
        (await _lab.FailAsync(lying)).Fault.ShouldBe(DocumentFault.Damaged);
    }

    [Fact]
    public async Task Pages_without_text_are_read_up_to_their_limit()
    {
        byte[] dark = new byte[100 * 100];
        dark.AsSpan(0, 5_000).Fill(255);
        var scans = new PdfWriter().Page().Scan(dark, 100, 100).Scan(dark, 100, 100).Write();

        (
            await _lab.FailAsync(scans, options: new DocumentOptions { MaxOcrPages = 1 })
        ).Fault.ShouldBe(DocumentFault.TooManyPages);
        var blank = new PdfWriter().Page().Page().Write();
        (
            await _lab.FailAsync(blank, options: new DocumentOptions { MaxOcrPages = 0 })
        ).Fault.ShouldBe(DocumentFault.NoText);
    }

    [Fact]
    public async Task Pictures_that_cannot_be_read_say_why()
    {
        var whole = await _lab.DrawAsync("Hello", ".jpg");
        byte[] huge =
        [
            0x89,
            .. "PNG\r\n\x1a\n\0\0\0\rIHDR"u8,
            0,
            0,
            0xff,
            0xff,
            0,
            0,
            0xff,
            0xff,
            8,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ];
        // A directory of no entries whose next one is itself.
        byte[] circle = [.. "II*\0"u8, 8, 0, 0, 0, 0, 0, 8, 0, 0, 0];
        byte[] bitmap = [.. "BM"u8, .. new byte[12], 40, .. new byte[11], 24, .. new byte[40]];

        (await _lab.FailAsync(whole[..(whole.Length / 2)])).Fault.ShouldBe(DocumentFault.Damaged);
        (await _lab.FailAsync(huge)).Fault.ShouldBe(DocumentFault.TooLarge);
        (await _lab.FailAsync(circle)).Fault.ShouldBe(DocumentFault.Damaged);
        (await _lab.FailAsync(bitmap)).Fault.ShouldBe(DocumentFault.Damaged);
    }

    /// <summary>Each read takes a minute.</summary>
    private sealed class SlowStream(FakeTimeProvider time, byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            time.Advance(TimeSpan.FromSeconds(20));
            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
