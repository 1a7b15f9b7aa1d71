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
                    return new(await RunAsync(request, lease, run, cancellation), IsReplay: false);
                case Answered { Answer: var answer }:
                    return new(answer, IsReplay: true);
                default:
                    await watch.WaitAsync(PollEvery, time, cancellation);
                    break;
            }
        }
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
                    await db.ExecuteAsync("DELETE FROM idempotency_keys WHERE lease IS NOT NULL"),
                cancellation
            );

    private Task<Beginning> BeginAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            request.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                // A row whose time is over, lease or answer, is as good as none.
                var isOurs = await db.ExecuteAsync(
                    """
                    INSERT INTO idempotency_keys (workspace_id, scope, key, body_hash, lease, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (workspace_id, scope, key) DO UPDATE SET
                        body_hash = EXCLUDED.body_hash, lease = EXCLUDED.lease, expires_at = EXCLUDED.expires_at,
                        status = NULL, headers = NULL, body = NULL
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
            },
            cancellation
        );

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

    private async Task<StoredAnswer?> RunAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        Func<CancellationToken, Task<StoredAnswer?>> run,
        CancellationToken cancellation
    )
    {
        using var timer = new PeriodicTimer(RenewEvery, time);
        var renewing = RenewAsync(request, lease, timer);
        StoredAnswer? kept = null;
        try
        {
            var answer = await run(cancellation);
            if (answer is not null && request.Keeps(answer.Status))
                kept = answer;
            return answer;
        }
        finally
        {
            // Ends the wait without an exception.
            timer.Dispose();
            await renewing;
            await EndAsync(request, lease, kept);
        }
    }

    private Task EndAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        StoredAnswer? kept
    ) =>
        store.WriteAsync(
            request.Workspace,
            async db =>
            {
                if (kept is null)
                    await FreeAsync(db, request, lease);
                else
                    await KeepAsync(db, request, lease, kept);
                db.AfterCommit(() => _waiting.Wake(Place(request)));
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

    private async ValueTask KeepAsync(
        Db db,
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        StoredAnswer answer
    ) =>
        await db.ExecuteAsync(
            """
            UPDATE idempotency_keys SET lease = NULL, expires_at = $1, status = $2, headers = $3, body = $4
            WHERE workspace_id = $5 AND scope = $6 AND key = $7 AND lease = $8
            """,
            time.GetUtcNow() + request.Lifetime,
            (long)answer.Status,
            JsonSerializer.Serialize(answer.Headers),
            answer.Body is { Length: <= StoredAnswer.LargestBody } body ? body.ToArray() : null,
            request.Workspace.Value,
            request.Scope,
            request.Key,
            lease.Value
        );

    private async Task RenewAsync(
        IdempotentRequest request,
        Id<IdempotencyKey> lease,
        PeriodicTimer timer
    )
    {
        while (await timer.WaitForNextTickAsync())
        {
            try
            {
                await store.WriteAsync(
                    request.Workspace,
                    async db =>
                    {
                        await db.ExecuteAsync(
                            "UPDATE idempotency_keys SET expires_at = $1 WHERE workspace_id = $2 AND scope = $3 AND key = $4 AND lease = $5",
                            time.GetUtcNow() + LeaseLength,
                            request.Workspace.Value,
                            request.Scope,
                            request.Key,
                            lease.Value
                        );
                    },
                    CancellationToken.None
                );
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
