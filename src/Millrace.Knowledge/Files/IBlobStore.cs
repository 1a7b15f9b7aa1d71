using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Knowledge.Files;

/// <summary>Where the bytes of files lie: a folder, or a store elsewhere. Each blob is written once, whole or not at all.</summary>
public interface IBlobStore
{
    /// <summary>Keeps a stream's bytes; when this returns they are on disk.</summary>
    /// <exception cref="Core.Failures.TooLarge">There are more than <paramref name="maxBytes"/>; nothing is kept.</exception>
    Task<BlobDigest> WriteAsync(
        Id<Workspace> workspace,
        Id<StoredFile> id,
        Stream content,
        long maxBytes,
        CancellationToken cancellation
    );

    /// <summary>The blob's bytes, seekable. The caller disposes of it.</summary>
    /// <exception cref="Core.Failures.NotFound">There is no such blob.</exception>
    Stream Open(Id<Workspace> workspace, Id<StoredFile> id);

    /// <summary>Nothing happens when there is no such blob.</summary>
    void Delete(Id<Workspace> workspace, Id<StoredFile> id);

    /// <summary>All blobs of a workspace, also those that are being written.</summary>
    void DeleteAll(Id<Workspace> workspace);

    /// <summary>All blobs of the installation, also those that are being written or were left half written.</summary>
    IEnumerable<BlobName> List();
}

public sealed record BlobName(Id<Workspace> Workspace, Id<StoredFile> Id);

/// <param name="Sha256">64 lower-case hex digits.</param>
public sealed record BlobDigest(long Size, string Sha256);
