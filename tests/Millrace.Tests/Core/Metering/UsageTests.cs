using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Core.Metering;

public sealed class UsageTests
{
    private static readonly Id<Workspace> Ada = Id<Workspace>.Random();
    private static readonly Id<ApiKey> Key = Id<ApiKey>.Random();

    private readonly FakeTimeProvider _time = new(
        new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)
    );

    [Theory, OnEachDatabase]
    public async Task Usage_is_reported_by_endpoint_day_month_window_and_lifetime(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var process = Start(test);
        var now = _time.GetUtcNow();

        process.Journal.Record(Chat(now));
        process.Journal.Record(Chat(now) with { Model = "other" });
        process.Journal.Record(Chat(now.AddDays(-1)));
        process.Journal.Record(Chat(now.AddMonths(-1)));
        process.Journal.Record(Chat(now.AddDays(-399)) with { Endpoint = "/token-analysis" });
        process.Journal.Record(Chat(now.AddDays(-400)));
        process.Journal.Record(Chat(now) with { Key = Id<ApiKey>.Random() });
        process.Journal.Record(Chat(now) with { Workspace = Id<Workspace>.Random() });
        await process.Fold.FoldAsync();

        var usage = await process.Report.OfKeyAsync(Ada, Key);
        usage.Today.ShouldBe(new UsageTotals(2, 20, 10, 1_400));
        usage.Today.TotalTokens.ShouldBe(30);
        usage.ThisMonth.Calls.ShouldBe(3);
        usage.Window.Calls.ShouldBe(5);
        usage.Lifetime.Calls.ShouldBe(6);
        usage
            .ByEndpoint.ToDictionary(entry => entry.Key, entry => entry.Value.Calls)
            .ShouldBe(new Dictionary<string, long> { ["/chat"] = 4, ["/token-analysis"] = 1 });
        usage.AsOf.ShouldBe(now);
    }

    [Theory, OnEachDatabase]
    public async Task What_a_killed_process_recorded_is_folded_at_the_next_start(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var killed = Start(test);
        killed.Journal.Record(Chat(_time.GetUtcNow()));
        killed.Journal.Record(Chat(_time.GetUtcNow()));
        var image = CopyOf(killed.Journal.Folder);
        killed.Dispose();
        Restore(image, killed.Journal.Folder);

        using var next = Start(test);
        await next.Fold.FoldAsync();

        (await next.Report.OfKeyAsync(Ada, Key)).Lifetime.Calls.ShouldBe(2);
        Directory.EnumerateFiles(next.Journal.Folder).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task A_crash_between_the_commit_and_the_removal_counts_nothing_twice(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using (var first = Start(test))
        {
            first.Journal.Record(Chat(_time.GetUtcNow()));
            first.Journal.CloseSegment();
            var image = CopyOf(first.Journal.Folder);
            await first.Fold.FoldAsync();
            Restore(image, first.Journal.Folder);
        }

        using var second = Start(test);
        await second.Fold.FoldAsync();
        second.Journal.Record(Chat(_time.GetUtcNow()));
        await second.Fold.FoldAsync();
        second.Journal.Record(Chat(_time.GetUtcNow()));
        await second.Fold.FoldAsync();

        (await second.Report.OfKeyAsync(Ada, Key)).Lifetime.Calls.ShouldBe(3);
        (
            await test.Store.ReadAsync(
                Reach.Installation,
                db => db.FirstAsync("SELECT COUNT(*) FROM usage_segments", row => row.Int64(0))
            )
        ).ShouldBeLessThanOrEqualTo(2);
    }

    [Theory, OnEachDatabase]
    public async Task A_crash_before_the_commit_loses_nothing(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var process = Start(test);
        process.Journal.Record(Chat(_time.GetUtcNow()));

        await test.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync("ALTER TABLE usage_days RENAME TO away");
            }
        );
        await process.Fold.FoldAsync();
        await test.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync("ALTER TABLE away RENAME TO usage_days");
            }
        );
        await process.Fold.FoldAsync();

        (await process.Report.OfKeyAsync(Ada, Key)).Lifetime.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_file_that_cannot_be_added_holds_no_other_up_and_is_put_aside()
    {
        await using var test = await TestStore.CreateAsync(Dialect.Sqlite);
        using var process = Start(test);
        await test.Store.WriteAsync(
            Reach.Installation,
            async db =>
                await db.ExecuteAsync(
                    "CREATE TRIGGER no BEFORE INSERT ON usage_days WHEN NEW.model = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END"
                )
        );
        process.Journal.Record(Chat(_time.GetUtcNow()) with { Model = "bad" });
        process.Journal.CloseSegment();
        process.Journal.Record(Chat(_time.GetUtcNow()));

        for (var attempt = 0; attempt < 5; attempt++)
            await process.Fold.FoldAsync();

        (await process.Report.OfKeyAsync(Ada, Key)).Lifetime.Calls.ShouldBe(1);
        Directory
            .EnumerateFiles(process.Journal.Folder)
            .ShouldHaveSingleItem()
            .ShouldEndWith(".usage.bad");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(-3)]
    public async Task A_torn_tail_is_skipped_and_what_stands_before_it_counts(int cut)
    {
        await using var test = await TestStore.CreateAsync(Dialect.Sqlite);
        using var process = Start(test);
        for (var call = 0; call < 3; call++)
            process.Journal.Record(Chat(_time.GetUtcNow()));
        process.Journal.CloseSegment();
        var file = Directory.EnumerateFiles(process.Journal.Folder).ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(file);
        // Cut off, or never written though the file had grown.
        await File.WriteAllBytesAsync(
            file,
            cut > 0 ? bytes[..^cut] : [.. bytes[..^-cut], .. new byte[-cut]]
        );

        await process.Fold.FoldAsync();

        (await process.Report.OfKeyAsync(Ada, Key)).Lifetime.Calls.ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task Sixty_four_threads_record_while_it_folds_and_every_call_counts_once(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var process = Start(test);
        using var go = new ManualResetEventSlim();
        var threads = Enumerable
            .Range(0, 64)
            .Select(_ => new Thread(() =>
            {
                go.Wait();
                for (var call = 0; call < 500; call++)
                    process.Journal.Record(Chat(_time.GetUtcNow()));
            }))
            .ToList();

        threads.ForEach(thread => thread.Start());
        go.Set();
        while (threads.Any(thread => thread.IsAlive))
            await process.Fold.FoldAsync();
        await process.Fold.FoldAsync();

        var usage = await process.Report.OfKeyAsync(Ada, Key);
        usage.Lifetime.ShouldBe(new UsageTotals(32_000, 320_000, 160_000, 22_400_000));
    }

    [Theory, OnEachDatabase]
    public async Task Two_processes_on_one_folder_leave_each_others_open_segments_alone(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var first = Start(test);
        using var second = Start(test);
        first.Journal.Record(Chat(_time.GetUtcNow()));

        await second.Fold.FoldAsync();
        first.Journal.Record(Chat(_time.GetUtcNow()));
        await first.Fold.FoldAsync();

        (await second.Report.OfKeyAsync(Ada, Key)).Lifetime.Calls.ShouldBe(2);
    }

    [Fact]
    public void A_record_is_read_as_it_was_written_and_a_long_name_is_cut_at_a_character()
    {
        var record = Chat(_time.GetUtcNow()) with { Model = new string('é', 200) };
        var form = new byte[UsageRecordForm.Longest];

        var length = UsageRecordForm.Write(record, form);

        var read = UsageRecordForm.ReadAll(form.AsSpan(0, length)).ShouldHaveSingleItem();
        read.ShouldBe(record with { Model = new string('é', 127) });
    }

    private static UsageRecord Chat(DateTimeOffset at) =>
        new(Ada, Key, "/chat", "local", 1, 10, 5, 700, at);

    private Process Start(TestStore test)
    {
        var journal = new UsageJournal(test.Folder, _time, NullLogger<UsageJournal>.Instance);
        return new Process(
            journal,
            new UsageFold(journal, test.Store, _time, NullLogger<UsageFold>.Instance),
            new UsageReport(test.Store, _time)
        );
    }

    private static Dictionary<string, byte[]> CopyOf(string folder) =>
        Directory.EnumerateFiles(folder).ToDictionary(path => path, path => ReadShared(path));

    // As the operating system would show it to a process that ignores locks.
    private static byte[] ReadShared(string path)
    {
        using var cat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("cat", [path])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        using var bytes = new MemoryStream();
        cat.StandardOutput.BaseStream.CopyTo(bytes);
        cat.WaitForExit();
        return bytes.ToArray();
    }

    private static void Restore(Dictionary<string, byte[]> image, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, bytes) in image)
            File.WriteAllBytes(path, bytes);
    }

    private sealed record Process(UsageJournal Journal, UsageFold Fold, UsageReport Report)
        : IDisposable
    {
        public void Dispose()
        {
            Journal.Dispose();
            Fold.Dispose();
        }
    }
}
