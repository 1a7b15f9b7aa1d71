using System.Data.Common;
using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using SQLitePCL;

namespace Millrace.Core.Metering;

/// <summary>
/// Adds the journal's segments to the tables: at the start what a dead process left, then every five seconds, and at
/// the end. A segment's id is written in the transaction that adds it and removed only after its file is gone, so
/// that a crash at any point counts nothing twice and loses nothing.
/// </summary>
internal sealed partial class UsageFold(
    UsageJournal journal,
    Store store,
    TimeProvider time,
    ILogger<UsageFold> logger
) : BackgroundService
{
    private const int MostAttempts = 5;
    private const string BadExtension = ".bad";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly Counter<long> Bad = new Meter("Millrace.Metering").CreateCounter<long>(
        "millrace.usage.bad_segments",
        "{segment}",
        "Files of usage that cannot be added and were put aside."
    );

    private readonly SemaphoreSlim _one = new(1);
    private readonly List<Id<UsageSegment>> _gone = [];
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FoldSafelyAsync(CancellationToken.None);
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <summary>Adds all that was recorded so far.</summary>
    internal async Task FoldAsync(CancellationToken cancellation = default)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            journal.CloseSegment();
            foreach (
                var path in Directory.EnumerateFiles(journal.Folder, $"*{UsageJournal.Extension}")
            )
                await FoldOneAsync(path, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do await FoldSafelyAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task FoldSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            await FoldAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.CannotFold(logger, failure);
        }
    }

    /// <summary>One that cannot be added stops no other; it is put aside when it has failed often by its content.</summary>
    private async Task FoldOneAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await FoldSegmentAsync(path, cancellation);
            _failures.Remove(path);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.CannotFoldSegment(logger, Path.GetFileName(path), failure);
            var failures = _failures[path] = _failures.GetValueOrDefault(path) + 1;
            if (failures < MostAttempts || !IsOfTheSegment(failure))
                return;
            File.Move(path, path + BadExtension);
            _failures.Remove(path);
            Bad.Add(1);
            Log.PutAside(logger, Path.GetFileName(path) + BadExtension);
        }
    }

    /// <summary>A full disk, or a database that does not answer, is mended one day; values that it refuses are not.</summary>
    private static bool IsOfTheSegment(Exception failure) =>
        failure switch
        {
            SqliteException refused => refused.SqliteErrorCode
                is raw.SQLITE_CONSTRAINT
                    or raw.SQLITE_MISMATCH
                    or raw.SQLITE_TOOBIG,
            // Data exceptions and constraints.
            DbException refused => refused.SqlState is ['2', '2' or '3', ..],
            _ => failure is not (IOException or UnauthorizedAccessException or TimeoutException),
        };

    private async Task FoldSegmentAsync(string path, CancellationToken cancellation)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (!Id<UsageSegment>.TryParse(name, "", out var segment))
            return;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (IOException)
        {
            // Written to or folded by another thread or process, which sees to it.
            return;
        }
        await using (file)
        {
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellation);
            var days = Days(UsageRecordForm.ReadAll(bytes));
            await store.WriteAsync(
                Reach.Installation,
                db => AddAsync(db, segment, days),
                cancellation
            );
            File.Delete(path);
            _gone.Add(segment);
        }
    }

    private async ValueTask AddAsync(
        Db db,
        Id<UsageSegment> segment,
        IReadOnlyCollection<UsageDay> days
    )
    {
        foreach (var gone in _gone)
            await db.ExecuteAsync("DELETE FROM usage_segments WHERE id = $1", gone.Value);
        var isNew = await db.ExecuteAsync(
            "INSERT INTO usage_segments (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
            segment.Value
        );
        if (isNew == 0)
            return;
        foreach (var day in days)
            await AddAsync(db, day);
        db.AfterCommit(_gone.Clear);
    }

    private static async ValueTask AddAsync(Db db, UsageDay day) =>
        await db.ExecuteAsync(
            """
            INSERT INTO usage_days (workspace_id, key_id, day, endpoint, model, calls, prompt_tokens, completion_tokens, cost_micro_usd)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (workspace_id, key_id, day, endpoint, model) DO UPDATE SET
                calls = usage_days.calls + EXCLUDED.calls,
                prompt_tokens = usage_days.prompt_tokens + EXCLUDED.prompt_tokens,
                completion_tokens = usage_days.completion_tokens + EXCLUDED.completion_tokens,
                cost_micro_usd = usage_days.cost_micro_usd + EXCLUDED.cost_micro_usd
            """,
            day.WorkspaceId.Value,
            day.KeyId.Value,
            day.Day,
            day.Endpoint,
            day.Model,
            day.Calls,
            day.PromptTokens,
            day.CompletionTokens,
            day.CostMicroUsd
        );

    // In one order everywhere, so that two processes that fold at once wait for each other instead of locking up.
    private static List<UsageDay> Days(List<UsageRecord> records) =>
        [
            .. records
                .GroupBy(record =>
                    (
                        record.Workspace,
                        record.Key,
                        Day: UsageReport.Day(record.At),
                        record.Endpoint,
                        record.Model
                    )
                )
                .OrderBy(group => group.Key)
                .Select(group => new UsageDay
                {
                    WorkspaceId = group.Key.Workspace,
                    KeyId = group.Key.Key,
                    Day = group.Key.Day,
                    Endpoint = group.Key.Endpoint,
                    Model = group.Key.Model,
                    Calls = group.Sum(record => record.Calls),
                    PromptTokens = group.Sum(record => record.PromptTokens),
                    CompletionTokens = group.Sum(record => record.CompletionTokens),
                    CostMicroUsd = group.Sum(record => record.CostMicroUsd),
                }),
        ];

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Usage cannot be moved into the tables; trying again")]
        public static partial void CannotFold(ILogger logger, Exception failure);

        [LoggerMessage(LogLevel.Error, "The usage in {Segment} cannot be moved into the tables")]
        public static partial void CannotFoldSegment(
            ILogger logger,
            string segment,
            Exception failure
        );

        [LoggerMessage(
            LogLevel.Error,
            "The usage in {Segment} is not counted; it was put aside in the data folder's usage/"
        )]
        public static partial void PutAside(ILogger logger, string segment);
    }
}
