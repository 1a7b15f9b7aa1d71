using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Audit;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Secrets;

/// <summary>
/// Keeps values that must not be read from the database: each sealed by a data key of its workspace (AES-256-GCM, bound
/// to workspace and name), the data key sealed by the master key. Every access is in the audit log, by name.
/// </summary>
/// <remarks>An actor is who the audit log names, such as <c>key:7</c> or <c>operator</c>.</remarks>
public sealed class SecretsService(
    Store store,
    MasterKeys masters,
    AuditLog audit,
    TimeProvider time
)
{
    private const int MaxNameLength = 128;
    private const int MaxValueBytes = 64 * 1024;

    private readonly DataKeys _dataKeys = new(masters, time);

    /// <summary>Stores a value under a name, in place of the one that was there.</summary>
    /// <exception cref="Invalid">A name outside letters, digits, <c>. _ : / -</c>, or a value above 64 KiB.</exception>
    public Task PutAsync(
        Id<Workspace> workspace,
        string name,
        string value,
        string actor,
        CancellationToken cancellation
    ) => store.WriteAsync(workspace, db => PutAsync(db, name, value, actor), cancellation);

    /// <summary>Stores a value within the caller's write, which reaches the workspace.</summary>
    /// <exception cref="Invalid">A name outside letters, digits, <c>. _ : / -</c>, or a value above 64 KiB.</exception>
    public async ValueTask PutAsync(Db db, string name, string value, string actor)
    {
        CheckName(name);
        if (Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
            throw new Invalid(
                "secret_too_large",
                $"A secret is at most {MaxValueBytes} bytes.",
                "value"
            );
        await LockAsync(db);
        var key = await _dataKeys.NewestAsync(db);
        var closed = CloseBy(key, Encoding.UTF8.GetBytes(value), name);
        var secret = await FindAsync(db, name);
        if (secret is null)
            db.Set<Secret>().Add(Row(db.Workspace, name, key, closed));
        else
            (secret.Sealed, secret.DataKeyId, secret.UpdatedAt) = (
                closed,
                key.Id,
                time.GetUtcNow()
            );
        await audit.AppendAsync(db, db.Workspace, actor, "secret.written", name);
    }

    /// <exception cref="NotFound">There is none of this name.</exception>
    public Task<string> GetAsync(
        Id<Workspace> workspace,
        string name,
        string actor,
        CancellationToken cancellation
    ) => store.WriteAsync(workspace, db => GetAsync(db, name, actor), cancellation);

    /// <summary>Reads a value within the caller's write, which reaches the workspace.</summary>
    /// <exception cref="NotFound">There is none of this name.</exception>
    public async ValueTask<string> GetAsync(Db db, string name, string actor)
    {
        var secret = await FindAsync(db, name) ?? throw Missing(name);
        var key = await db.Set<DataKey>().FirstAsync(key => key.Id == secret.DataKeyId);
        await audit.AppendAsync(db, db.Workspace, actor, "secret.read", name);
        return Encoding.UTF8.GetString(OpenBy(key, secret));
    }

    /// <summary>
    /// The value of a name, made by <paramref name="make"/> when there is none: the same for all processes that ask at once.
    /// </summary>
    public Task<string> GetOrMakeAsync(
        Id<Workspace> workspace,
        string name,
        Func<string> make,
        string actor,
        CancellationToken cancellation
    )
    {
        CheckName(name);
        return store.WriteAsync(
            workspace,
            async db =>
            {
                await LockAsync(db);
                if (await FindAsync(db, name) is { } secret)
                {
                    var known = await db.Set<DataKey>()
                        .FirstAsync(key => key.Id == secret.DataKeyId);
                    await audit.AppendAsync(db, workspace, actor, "secret.read", name);
                    return Encoding.UTF8.GetString(OpenBy(known, secret));
                }
                var value = make();
                var key = await _dataKeys.NewestAsync(db);
                db.Set<Secret>()
                    .Add(
                        Row(workspace, name, key, CloseBy(key, Encoding.UTF8.GetBytes(value), name))
                    );
                await audit.AppendAsync(db, workspace, actor, "secret.written", name);
                return value;
            },
            cancellation
        );
    }

    /// <exception cref="NotFound">There is none of this name.</exception>
    public Task DeleteAsync(
        Id<Workspace> workspace,
        string name,
        string actor,
        CancellationToken cancellation
    ) => store.WriteAsync(workspace, db => DeleteAsync(db, name, actor), cancellation);

    /// <summary>Deletes a value within the caller's write, which reaches the workspace.</summary>
    /// <exception cref="NotFound">There is none of this name.</exception>
    public async ValueTask DeleteAsync(Db db, string name, string actor)
    {
        var secret = await FindAsync(db, name) ?? throw Missing(name);
        db.Set<Secret>().Remove(secret);
        await audit.AppendAsync(db, db.Workspace, actor, "secret.deleted", name);
    }

    public Task<List<string>> ListNamesAsync(
        Id<Workspace> workspace,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
                await db.Set<Secret>()
                    .OrderBy(secret => secret.Name)
                    .Select(secret => secret.Name)
                    .ToListAsync(),
            cancellation
        );

    /// <summary>Gives a workspace a new data key and closes all of its secrets by it; the old keys are gone then.</summary>
    public Task RotateDataKeyAsync(
        Id<Workspace> workspace,
        string actor,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            workspace,
            async db =>
            {
                await LockAsync(db);
                var old = await db.Set<DataKey>().ToListAsync();
                var fresh = _dataKeys.Add(db);
                foreach (var secret in await db.Set<Secret>().ToListAsync())
                {
                    var value = OpenBy(old.Single(key => key.Id == secret.DataKeyId), secret);
                    secret.Sealed = CloseBy(fresh, value, secret.Name);
                    secret.DataKeyId = fresh.Id;
                }
                db.Set<DataKey>().RemoveRange(old);
                await audit.AppendAsync(db, workspace, actor, "data_key.rotated", $"{fresh.Id}");
            },
            cancellation
        );

    /// <summary>
    /// Makes a new master key and closes every data key by it. The previous key's file stays till the next rotation, for
    /// a process that has not heard of the new one.
    /// </summary>
    public async Task RotateMasterKeyAsync(CancellationToken cancellation)
    {
        await RewrapAsync(cancellation);
        masters.Rotate();
        await RewrapAsync(cancellation);
    }

    /// <summary>Closes by the current master key what the previous one closed: at the start, after either was changed.</summary>
    public Task<int> RewrapAsync(CancellationToken cancellation) =>
        store.WriteAsync(Reach.Installation, _dataKeys.RewrapAsync, cancellation);

    /// <summary>On PostgreSQL a put and a rotation of one workspace must not pass each other.</summary>
    private static async ValueTask LockAsync(Db db) =>
        await db.ExecuteAsync(
            "UPDATE workspaces SET name = name WHERE id = $1",
            db.Workspace.Value
        );

    private static Task<Secret?> FindAsync(Db db, string name) =>
        db.Set<Secret>().FirstOrDefaultAsync(secret => secret.Name == name);

    private Secret Row(Id<Workspace> workspace, string name, DataKey key, byte[] closed)
    {
        var now = time.GetUtcNow();
        return new Secret
        {
            Id = Id<Secret>.New(now),
            WorkspaceId = workspace,
            Name = name,
            DataKeyId = key.Id,
            Sealed = closed,
            UpdatedAt = now,
        };
    }

    private byte[] CloseBy(DataKey key, byte[] value, string name)
    {
        var bytes = _dataKeys.Open(key);
        try
        {
            return Seal.Close(bytes, value, Place(key.WorkspaceId, name));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private byte[] OpenBy(DataKey key, Secret secret)
    {
        var bytes = _dataKeys.Open(key);
        try
        {
            return Seal.Open(bytes, secret.Sealed, Place(secret.WorkspaceId, secret.Name));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static byte[] Place(Id<Workspace> workspace, string name) =>
        [.. workspace.Value.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)];

    private static void CheckName(string name)
    {
        var fits =
            name.Length is > 0 and <= MaxNameLength
            && name.All(letter =>
                char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or ':' or '/' or '-'
            );
        if (!fits)
            throw new Invalid(
                "secret_name_invalid",
                $"A secret's name is 1 to {MaxNameLength} letters, digits or . _ : / -",
                "name"
            );
    }

    private static NotFound Missing(string name) =>
        new("secret_not_found", $"There is no secret '{name}'.");
}
