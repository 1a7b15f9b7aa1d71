using Millrace.Core.Ids;
using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Knowledge.Files;

/// <summary>
/// Removes blobs that no file came of, or whose file is gone: a process that dies between the two leaves one. An id
/// tells when its blob was begun, and one that may still be written is left alone.
/// </summary>
internal sealed class BlobSweep(Store store, IBlobStore blobs, TimeProvider time) : IRecurringWork
{
    private const int AtOnce = 200;

    /// <summary>Longer than the slowest sender that the server bears takes for the largest file: 240 bytes a second make 30 hours.</summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromDays(2);

    public string Kind => "files.sweep";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var oldest = Id<StoredFile>.New(time.GetUtcNow() - LongestWrite);
        var old = blobs.List().Where(blob => blob.Id < oldest);
        foreach (var some in old.Chunk(AtOnce))
        {
            foreach (var blob in await LoneAsync(some, cancellation))
                blobs.Delete(blob.Workspace, blob.Id);
        }
    }

    private Task<List<BlobName>> LoneAsync(BlobName[] some, CancellationToken cancellation) =>
        store.ReadAsync(
            Reach.Installation,
            async db =>
            {
                var lone = new List<BlobName>();
                foreach (var blob in some)
                {
                    var hasFile = await db.FirstAsync(
                        "SELECT 1 FROM files WHERE id = $1 AND workspace_id = $2",
                        _ => true,
                        blob.Id.Value,
                        blob.Workspace.Value
                    );
                    if (!hasFile)
                        lone.Add(blob);
                }
                return lone;
            },
            cancellation
        );
}
