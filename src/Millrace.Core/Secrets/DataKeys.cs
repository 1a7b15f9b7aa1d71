using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Secrets;

/// <summary>Makes, opens and re-wraps the workspaces' data keys, within a caller's write.</summary>
internal sealed class DataKeys(MasterKeys masters, TimeProvider time)
{
    /// <summary>The workspace's newest key, made when there is none.</summary>
    public async ValueTask<DataKey> NewestAsync(Db db) =>
        await db.Set<DataKey>().OrderByDescending(key => key.Id).FirstOrDefaultAsync() ?? Add(db);

    public DataKey Add(Db db)
    {
        // Another process may have rotated the master key: a new data key is closed by the newest.
        masters.Reload();
        var now = time.GetUtcNow();
        var bytes = RandomNumberGenerator.GetBytes(Seal.KeyBytes);
        var id = Id<DataKey>.New(now);
        var key = new DataKey
        {
            Id = id,
            WorkspaceId = db.Workspace,
            MasterKey = masters.Current.Fingerprint,
            Wrapped = Seal.Close(masters.Current.Bytes, bytes, Place(db.Workspace.Value, id)),
            CreatedAt = now,
        };
        CryptographicOperations.ZeroMemory(bytes);
        db.Set<DataKey>().Add(key);
        return key;
    }

    public byte[] Open(DataKey key) =>
        Seal.Open(
            masters.Find(key.MasterKey).Bytes,
            key.Wrapped,
            Place(key.WorkspaceId.Value, key.Id)
        );

    /// <summary>Closes every key of the installation by the current master key, and says how many were not.</summary>
    public async ValueTask<int> RewrapAsync(Db db)
    {
        var current = masters.Current;
        var stale = await db.Set<DataKey>()
            .Where(key => key.MasterKey != current.Fingerprint)
            .ToListAsync();
        foreach (var key in stale)
        {
            var bytes = Open(key);
            key.Wrapped = Seal.Close(current.Bytes, bytes, Place(key.WorkspaceId.Value, key.Id));
            key.MasterKey = current.Fingerprint;
            CryptographicOperations.ZeroMemory(bytes);
        }
        return stale.Count;
    }

    private static byte[] Place(Guid workspace, Id<DataKey> id) =>
        [.. workspace.ToByteArray(bigEndian: true), .. id.Value.ToByteArray(bigEndian: true)];
}
