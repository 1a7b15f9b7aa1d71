using System.Security.Cryptography;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Files;

/// <summary>Blobs in the data folder: <c>files/{workspace}/{id}</c>, written beside and renamed when they are whole.</summary>
internal sealed class BlobFolder(DataFolder data) : IBlobStore
{
    private const int BufferSize = 64 * 1024;
    private const string Unfinished = ".part";

    private string Root => Path.Combine(data.Path, "files");

    public async Task<BlobDigest> WriteAsync(
        Id<Workspace> workspace,
        Id<StoredFile> id,
        Stream content,
        long maxBytes,
        CancellationToken cancellation
    )
    {
        var path = PathOf(workspace, id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + Unfinished;
        try
        {
            BlobDigest digest;
            await using (var file = Create(part))
                digest = await CopyAsync(content, file, maxBytes, cancellation);
            File.Move(part, path);
            // Takes the new name to disk as well: Linux's file systems keep it with what they keep of the file.
            using var moved = File.OpenHandle(path);
            RandomAccess.FlushToDisk(moved);
            return digest;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    public Stream Open(Id<Workspace> workspace, Id<StoredFile> id)
    {
        try
        {
            return new FileStream(
                PathOf(workspace, id),
                FileMode.Open,
                FileAccess.Read,
                // It may be deleted while it is read.
                FileShare.Read | FileShare.Delete,
                BufferSize,
                FileOptions.Asynchronous
            );
        }
        catch (Exception failure)
            when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NotFound("file_not_found", "File not found");
        }
    }

    public void Delete(Id<Workspace> workspace, Id<StoredFile> id)
    {
        var path = PathOf(workspace, id);
        foreach (var file in (string[])[path, path + Unfinished])
        {
            if (File.Exists(file))
                File.Delete(file);
        }
    }

    public void DeleteAll(Id<Workspace> workspace)
    {
        var folder = Path.Combine(Root, workspace.ToString());
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    public IEnumerable<BlobName> List()
    {
        if (!Directory.Exists(Root))
            yield break;
        foreach (var file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            var workspace = Path.GetFileName(Path.GetDirectoryName(file));
            var id = Path.GetFileNameWithoutExtension(file);
            if (
                Guid.TryParseExact(workspace, "N", out var owner)
                && Guid.TryParseExact(id, "N", out var blob)
            )
                yield return new BlobName(new(owner), new(blob));
        }
    }

    private static FileStream Create(string path) =>
        new(
            path,
            FileMode.Create,
            FileAccess.Write,
            FileShare.None,
            BufferSize,
            FileOptions.Asynchronous
        );

    private static async Task<BlobDigest> CopyAsync(
        Stream content,
        FileStream file,
        long maxBytes,
        CancellationToken cancellation
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        var size = 0L;
        while (await content.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            size += count;
            if (size > maxBytes)
                throw new TooLarge("file_too_large", $"The file is larger than {maxBytes} bytes.");
            hash.AppendData(buffer.AsSpan(0, count));
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        file.Flush(flushToDisk: true);
        return new BlobDigest(size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private string PathOf(Id<Workspace> workspace, Id<StoredFile> id) =>
        Path.Combine(Root, workspace.ToString(), id.ToString());
}
