using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Secrets;
using Millrace.Core.Storage;

namespace Millrace.Messaging;

/// <summary>
/// What all accounts of an installation share: the one workspace that they live in, within which the account is the
/// boundary, and a secret that is the same on every node and after every restart. It is opened before the first request.
/// </summary>
public sealed class MessagingHome(Store store, SecretsService secrets, TimeProvider time)
{
    private const string WorkspaceName = "messaging";
    private const string SecretName = "messaging.secret";
    private const int SecretBytes = 32;

    private readonly ConcurrentDictionary<string, byte[]> _keys = new(StringComparer.Ordinal);
    private Opened? _opened;

    public Id<Workspace> Workspace => Home.Workspace;

    private Opened Home =>
        _opened ?? throw new InvalidOperationException("Messaging was not opened at the start.");

    /// <summary>Finds the workspace and the secret, or makes them.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        var workspace = await store.WriteAsync(
            Reach.Installation,
            FindWorkspaceAsync,
            cancellation
        );
        var secret = await secrets.GetOrMakeAsync(
            workspace,
            SecretName,
            () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)),
            "server",
            cancellation
        );
        _opened = new Opened(workspace, Convert.FromBase64String(secret));
    }

    /// <summary>32 bytes that only this installation knows, others for each purpose.</summary>
    public byte[] KeyFor(string purpose) =>
        _keys.GetOrAdd(
            purpose,
            static (name, home) =>
                HKDF.DeriveKey(
                    HashAlgorithmName.SHA256,
                    home.Secret,
                    SecretBytes,
                    info: Encoding.UTF8.GetBytes(name)
                ),
            Home
        );

    private async ValueTask<Id<Workspace>> FindWorkspaceAsync(Db db)
    {
        var now = time.GetUtcNow();
        await db.ExecuteAsync(
            "INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
            Id<Workspace>.New(now).Value,
            WorkspaceName,
            now
        );
        return await db.FirstAsync(
            "SELECT id FROM workspaces WHERE name = $1",
            row => row.Id<Workspace>(0),
            WorkspaceName
        );
    }

    private sealed record Opened(Id<Workspace> Workspace, byte[] Secret);
}
