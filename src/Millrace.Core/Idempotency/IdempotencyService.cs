using System.Text.Json;
using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Signals;
using Millrace.Core.Storage;

namespace Millrace.Core.Idempotency;

/// <summary>
/// Runs a request once for its key and gives its answer to every repeat, also to those that arrive while it runs, in
/// this process or another.
/// </summary>
public sealed partial class IdempotencyService(
    Store store,
    TimeProvider time,
    ILogger<IdempotencyService> logger
)
{
    private static readonly TimeSpan LeaseLength = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);

    private readonly Watchers<(Guid Workspace, string Scope, string Key)> _waiting = new();

    /// <summary>
    /// Runs the request, or waits for the one that runs already, or answers with what is kept. When
    /// <paramref name="run"/> fails, gives null or an answer that is not kept, the key is free again and one of those
    /// who wait runs in its place. The key of a process that died while it ran the request is
    /// free within 20 seconds, on SQLite from the next start on.
    /// Fails with <see cref="Conflict"/>: <c>idempotency_key_reused</c> for another request under the same key,
    /// <c>idempotency_answer_too_large</c> for the repeat of one whose answer was larger than can be kept.
    /// </summary>
    public async Task<IdempotentOutcome> ExecuteAsync(
        IdempotentRequest request,
        Func<CancellationToken, Task<StoredAnswer?>> run,
        CancellationToken cancellation = default
    )
    {
        using var watch = _waiting.Watch(Place(request));
        while (true)
        {
            watch.TakeBack();
            var lease = Id<IdempotencyKey>.Random();
            switch (await BeginAsync(request, lease, cancellation))
            {
                case Ours:
                    var (isHeld, own) = await RunAsync(request, lease, run, cancellation);
                    if (isHeld)
                        return new(own, IsReplay: false);
                    // Another took the key over while this process stood still: its answer counts.
                    break;
                case Answered { Answer: var answer }:
                    return new(answer, IsReplay: true);
                default:
                    await watch.WaitAsync(PollEvery, time, cancellation);
                    break;
            }
        }
    }

    /// <summary>
    /// Likewise for a request that does nothing but read and write its workspace: what it changes and its answer are one
    /// write, so that no crash comes between them and a repeat never does it again. When <paramref name="run"/> fails,
    /// it has changed nothing; when the database ends the write in favour of another, it is called again.
    /// </summary>
    public Task<IdempotentOutcome> ExecuteTogetherAsync(
        IdempotentRequest request,
        Func<ValueTask<StoredAnswer>> run,
        CancellationToken cancellation = default
    ) =>
        store.TogetherAsync(
            request.Workspace,
            async db =>
            {
                var lease = Id<IdempotencyKey>.Random();
                switch (await BeginAsync(db, request, lease))
                {
                    case Answered { Answer: var kept }:
                        return new IdempotentOutcome(kept, IsReplay: true);
                    case Running:
                        throw new Unavailable(
                            "idempotency_key_running",
                            "The first request under this idempotency key is still running. Try again.",
                            TimeSpan.FromSeconds(1)
                        );
                }
                var answer = await run();
                if (request.Keeps(answer.Status))
                    await KeepAsync(db, request, lease, answer);
                else
                    await FreeAsync(db, request, lease);
                return new IdempotentOutcome(answer, IsReplay: false);
            },
            cancellation
        );

    /// <summary>
    /// Puts others in the place of the answers that are kept of a subject, within the caller's write: what they told is
    /// not to be told again.
    /// </summary>
    /// <param name="rewrite">Makes a body of a body.</param>
    public static async ValueTask RewriteAsync(
        Db db,
        string subject,
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> rewrite
    )
    {
        var kept = await db.QueryAsync(
            "SELECT scope, key, body FROM idempotency_keys WHERE workspace_id = $1 AND subject = $2 AND body IS NOT NULL",
            row => (Scope: row.Text(0), Key: row.Text(1), Body: row.Bytes(2)),
            db.Workspace.Value,
            subject
        );
        foreach (var answer in kept)
            await db.ExecuteAsync(
                "UPDATE idempotency_keys SET body = $4 WHERE workspace_id = $1 AND scope = $2 AND key = $3",
                db.Workspace.Value,
                answer.Scope,
                answer.Key,
                rewrite(answer.Body).ToArray()
            );
    }

    /// <summary>
    /// Frees the keys of requests that a dead process ran. On SQLite there is one server process, so at its start
    /// every running request is one; on PostgreSQL another may run it, and its lease tells.
    /// </summary>
    internal Task FreeAbandonedAsync(CancellationToken cancellation) =>
        store.Dialect is Dialect.Postgres
            ? Task.CompletedTask
            : store.WriteAsync(
                Reach.Installation,
                async db =>
                {
                    // The index knows them by their end: one that is over is free, and none lasts longer.
                    var now = time.GetUtcNow();
                    await db.ExecuteAsync(
                        "DELETE FROM idempotency_keys WHERE expires_at > $1 AND expires_at <= $2 AND lease IS NOT NULL",
                        now,
                        now + LeaseLength
                    );
                },
                cancellation
            );

    private Task<Beginning> BeginAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        CancellationToken cancellation
    ) => store.WriteAsync(request.Workspace, db => BeginAsync(db, request, lease), cancellation);

    private async ValueTask<Beginning> BeginAsync(
        Db db,
        IdempotentRequest request,
        Id<IdempotencyKey> lease
    )
    {
        var now = time.GetUtcNow();
        // A row whose time is over, lease or answer, is as good as none.
        var isOurs = await db.ExecuteAsync(
            """
            INSERT INTO idempotency_keys (workspace_id, scope, key, body_hash, lease, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (workspace_id, scope, key) DO UPDATE SET
                body_hash = EXCLUDED.body_hash, lease = EXCLUDED.lease, expires_at = EXCLUDED.expires_at,
                status = NULL, headers = NULL, body = NULL, subject = NULL
            WHERE idempotency_keys.expires_at <= $7
            """,
            request.Workspace.Value,
            request.Scope,
            request.Key,
            request.BodyHash,
            lease.Value,
            now + LeaseLength,
            now
        );
        return isOurs == 1 ? new Ours() : await PresentAsync(db, request);
    }

    private static async ValueTask<Beginning> PresentAsync(Db db, IdempotentRequest request)
    {
        var present = await db.FirstAsync(
            "SELECT body_hash, status, headers, body FROM idempotency_keys WHERE workspace_id = $1 AND scope = $2 AND key = $3",
            row =>
                (
                    Hash: row.Bytes(0),
                    Status: row.Int64OrNull(1),
                    Headers: row.TextOrNull(2),
                    Body: row.BytesOrNull(3)
                ),
            request.Workspace.Value,
            request.Scope,
            request.Key
        );
        if (present.Hash is null)
            return new Running();
        if (!present.Hash.AsSpan().SequenceEqual(request.BodyHash))
            throw new Conflict(
                "idempotency_key_reused",
                "This idempotency key was used with another request. Use a new key for a new request."
            );
        if (present.Status is null)
            return new Running();
        if (present.Body is null)
            throw new Conflict(
                "idempotency_answer_too_large",
                "This request was answered, and its answer is too large to be given again. Use a new key to repeat it."
            );
        var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(present.Headers!)!;
        return new Answered(new StoredAnswer((int)present.Status, headers, present.Body));
    }

    private async Task<(bool IsHeld, StoredAnswer? Answer)> RunAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        Func<CancellationToken, Task<StoredAnswer?>> run,
        CancellationToken cancellation
    )
    {
        using var timer = new PeriodicTimer(RenewEvery, time);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var renewing = RenewAsync(request, lease, timer, lost);
        StoredAnswer? kept = null;
        var isHeld = true;
        StoredAnswer? answer = null;
        try
        {
            answer = await run(lost.Token);
            if (answer is not null && request.Keeps(answer.Status))
                kept = answer;
        }
        catch (OperationCanceledException)
            when (lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            isHeld = false;
        }
        finally
        {
            // Ends the wait without an exception.
            timer.Dispose();
            await renewing;
            isHeld &= await EndAsync(request, lease, kept);
        }
        return (isHeld, answer);
    }

    /// <summary>False when an answer was to be kept and the key is another's by now.</summary>
    private Task<bool> EndAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        StoredAnswer? kept
    ) =>
        store.WriteAsync(
            request.Workspace,
            async db =>
            {
                db.AfterCommit(() => _waiting.Wake(Place(request)));
                if (kept is not null)
                    return await KeepAsync(db, request, lease, kept) == 1;
                await FreeAsync(db, request, lease);
                return true;
            }
        );

    private static async ValueTask FreeAsync(
        Db db,
        IdempotentRequest request,
        Id<IdempotencyKey> lease
    ) =>
        await db.ExecuteAsync(
            "DELETE FROM idempotency_keys WHERE workspace_id = $1 AND scope = $2 AND key = $3 AND lease = $4",
            request.Workspace.Value,
            request.Scope,
            request.Key,
            lease.Value
        );

    private async ValueTask<int> KeepAsync(
        Db db,
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        StoredAnswer answer
    ) =>
        await db.ExecuteAsync(
            """
            INSERT INTO idempotency_keys (workspace_id, scope, key, body_hash, expires_at, status, headers, body, subject)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $10)
            ON CONFLICT (workspace_id, scope, key) DO UPDATE SET lease = NULL, expires_at = EXCLUDED.expires_at,
                status = EXCLUDED.status, headers = EXCLUDED.headers, body = EXCLUDED.body, subject = EXCLUDED.subject
            WHERE idempotency_keys.lease = $9
            """,
            request.Workspace.Value,
            request.Scope,
            request.Key,
            request.BodyHash,
            time.GetUtcNow() + request.Lifetime,
            (long)answer.Status,
            JsonSerializer.Serialize(answer.Headers),
            answer.Body is { Length: <= StoredAnswer.LargestBody } body ? body.ToArray() : null,
            lease.Value,
            answer.Subject
        );

    private async Task RenewAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        PeriodicTimer timer,
        CancellationTokenSource lost
    )
    {
        while (await timer.WaitForNextTickAsync())
        {
            try
            {
                var held = await store.WriteAsync(
                    request.Workspace,
                    db =>
                        db.ExecuteAsync(
                            // Also when it was removed meanwhile, its time being over.
                            """
                            INSERT INTO idempotency_keys (workspace_id, scope, key, body_hash, lease, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
                            ON CONFLICT (workspace_id, scope, key) DO UPDATE SET expires_at = EXCLUDED.expires_at
                            WHERE idempotency_keys.lease = EXCLUDED.lease
                            """,
                            request.Workspace.Value,
                            request.Scope,
                            request.Key,
                            request.BodyHash,
                            lease.Value,
                            time.GetUtcNow() + LeaseLength
                        ),
                    CancellationToken.None
                );
                if (held == 1)
                    continue;
                await lost.CancelAsync();
                return;
            }
            catch (Exception failure)
            {
                Log.CannotRenew(logger, failure);
            }
        }
    }

    private static (Guid, string, string) Place(IdempotentRequest request) =>
        (request.Workspace.Value, request.Scope, request.Key);

    private abstract record Beginning;

    private sealed record Ours : Beginning;

    private sealed record Running : Beginning;

    private sealed record Answered(StoredAnswer Answer) : Beginning;

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "The lease of an idempotency key cannot be renewed; trying again"
        )]
        public static partial void CannotRenew(ILogger logger, Exception failure);
    }
}
