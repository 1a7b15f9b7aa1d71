using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Core;
using Millrace.Core.Idempotency;
using Millrace.Core.Identity;
using Millrace.Core.Metering;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Tests.Core;

public sealed class CoreRegistrationTests
{
    [Fact]
    public async Task The_ground_floor_starts_works_and_ends_cleanly()
    {
        var folder = Directory.CreateTempSubdirectory("millrace-test-").FullName;
        var done = new TaskCompletionSource();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Millrace:Data:Folder"] = folder;
        builder.Services.AddCore(builder.Configuration);
        builder.Services.AddSingleton(done).AddWorkHandler<Handler>();
        using (var host = builder.Build())
        {
            await host.Services.GetRequiredService<Store>().MigrateAsync();
            await host.StartAsync();
            var keys = host.Services.GetRequiredService<ApiKeys>();
            var issued = await keys.CreateAsync(new NewApiKey());
            var principal = await keys.AuthenticateAsync(issued.Secret);
            host.Services.GetRequiredService<UsageJournal>()
                .Record(
                    new UsageRecord(
                        principal.Workspace,
                        principal.Key,
                        "/chat",
                        "local",
                        1,
                        2,
                        3,
                        0,
                        TimeProvider.System.GetUtcNow()
                    )
                );
            await host
                .Services.GetRequiredService<WorkQueue>()
                .EnqueueAsync(new NewWork(principal.Workspace, "test"));
            await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
            host.Services.GetRequiredService<IdempotencyService>().ShouldNotBeNull();

            await host.StopAsync();

            var usage = await host
                .Services.GetRequiredService<UsageReport>()
                .OfKeyAsync(principal.Workspace, principal.Key);
            usage.Lifetime.TotalTokens.ShouldBe(5);
            (await keys.ListAsync()).Single().Key.LastUsedAt.ShouldNotBeNull();
        }
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Handler(TaskCompletionSource done) : IWorkHandler
    {
        public string Kind => "test";

        public Task RunAsync(WorkContext work, CancellationToken cancellation)
        {
            done.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
