using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Core.Sandboxing;
using Millrace.Knowledge.Documents;
using Millrace.Models.Images;

namespace Millrace.Tests.Knowledge.Documents;

/// <summary>A document reader over the real sandbox and its programs, and what makes files for it.</summary>
public sealed class DocumentLab : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-docs-");
    private readonly Sandbox _sandbox = new(new SandboxOptions(), TimeProvider.System);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public DocumentReader Reader(DocumentOptions? options = null, Sandbox? sandbox = null) =>
        new(
            sandbox ?? _sandbox,
            new OcrReader(sandbox ?? _sandbox, new OcrOptions()),
            options ?? new DocumentOptions(),
            TimeProvider.System,
            NullLogger<DocumentReader>.Instance
        );

    public async Task<List<Block>> ReadAsync(
        byte[] file,
        string? name = null,
        DocumentOptions? options = null
    ) => await Reader(options).ReadAsync(new MemoryStream(file), name, Cancel).ToListAsync(Cancel);

    public Task<List<Block>> ReadAsync(string text, string? name = null) =>
        ReadAsync(Encoding.UTF8.GetBytes(text), name);

    public Task<DocumentType> RecognizeAsync(byte[] file, string? name = null) =>
        Reader().RecognizeAsync(new MemoryStream(file), name, Cancel);

    public async Task<UnreadableDocument> FailAsync(
        byte[] file,
        string? name = null,
        DocumentOptions? options = null
    ) => await Should.ThrowAsync<UnreadableDocument>(() => ReadAsync(file, name, options));

    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(content);
            }
        }
        return zip.ToArray();
    }

    /// <summary>Black on white, as wide as asked.</summary>
    public async Task<byte[]> DrawAsync(
        string text,
        string type,
        string font = "DejaVu Sans 28",
        int width = 1200,
        int height = 300
    )
    {
        await VipsAsync("text", "mask.png", text, "--font", font, "--dpi", "72");
        await VipsAsync("embed", "mask.png", "wide.v", "30", "30", $"{width}", $"{height}");
        await VipsAsync("invert", "wide.v", $"page{type}");
        return await File.ReadAllBytesAsync(At($"page{type}"), Cancel);
    }

    public async Task<byte[]> VipsAsync(
        byte[] input,
        string inputType,
        string operation,
        string output
    )
    {
        await File.WriteAllBytesAsync(At($"in{inputType}"), input, Cancel);
        await VipsAsync(operation, $"in{inputType}", output);
        return await File.ReadAllBytesAsync(At(output), Cancel);
    }

    public void Dispose()
    {
        _sandbox.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task VipsAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("vips", arguments) { WorkingDirectory = _folder.FullName };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(0, string.Join(' ', arguments));
    }

    private string At(string file) => Path.Combine(_folder.FullName, file);
}
