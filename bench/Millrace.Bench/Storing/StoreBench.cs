using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Bench.Bare;
using Millrace.Bench.Measuring;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Bench.Storing;

/// <summary>Durable writes of one row of 200 bytes by 64 callers, in this process.</summary>
internal static class StoreBench
{
    private const int Callers = 64;
    private static readonly string Text = new('x', 200);

    public static async Task<int> RunAsync(BenchOptions options)
    {
        // SQLite's calls block: plain EF needs a thread a caller, or it would be measured by the pool's growth.
        ThreadPool.SetMinThreads(Callers * 2, Callers);
        using var scratch = new Scratch();
        await using var services = Storage(scratch.Path);
        var store = services.GetRequiredService<Store>();
        await store.MigrateAsync();
        using var bare = new BareGroupCommit(scratch.File("bare.db"));
        var plain = new PlainEf(scratch.File("plain.db"));
        var workspace = Id<Workspace>.New(DateTimeOffset.UtcNow);

        var race = await Race.RunAsync(
            options,
            Contender("Store.WriteAsync", id => WriteAsync(store, workspace, id)),
            Contender("bare group commit", id => bare.InsertAsync(id, workspace.Value, Text)),
            Contender("plain SaveChanges", id => plain.InsertAsync(id, workspace.Value, Text))
        );

        new Report("store", $"{Callers} callers", "writes/s", "p50 ms", "p99 ms", "failed")
            .Row("Store.WriteAsync", race[0])
            .Row("bare group commit", race[1])
            .Row("plain SaveChanges", race[2])
            .Result("ratio_savechanges", race.Ratio(0, 2, lap => lap.Rate))
            .Result("ratio_bare", race.Ratio(0, 1, lap => lap.Rate))
            .Result("writes_per_second", race[0].Rate)
            .Print();
        return 0;
    }

    private static Contender Contender(string name, Func<Guid, Task> write) =>
        new(
            name,
            length =>
                ClosedLoop.RunAsync(
                    Callers,
                    length,
                    _ => write(Guid.CreateVersion7(DateTimeOffset.UtcNow))
                )
        );

    private static Task WriteAsync(Store store, Id<Workspace> workspace, Guid id) =>
        store.WriteAsync(
            workspace,
            async db =>
            {
                await db.ExecuteAsync(
                    "INSERT INTO notes (id, workspace_id, text) VALUES ($1, $2, $3)",
                    id,
                    workspace.Value,
                    Text
                );
            }
        );

    private static ServiceProvider Storage(string folder)
    {
        var configuration = new ConfigurationBuilder().Build();
        return new ServiceCollection()
            .AddSingleton(new DataFolder(folder))
            .AddStorage(configuration)
            .AddStorageMap("bench", typeof(StoreBench).Assembly)
            .BuildServiceProvider();
    }
}
