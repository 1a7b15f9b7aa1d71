using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Api.TBackend.Files;

/// <summary>A file that is not read within ten seconds. (t-backend §12.7)</summary>
public sealed class SlowReadingTests
{
    [Theory, OnEachDatabase]
    public async Task The_answer_waits_ten_seconds_and_the_reading_goes_on_behind_it(
        Dialect dialect
    )
    {
        var embedded = new TaskCompletionSource();
        await using var model = await OpenAiDouble.StartAsync();
        model.Always = Behaviour.Slow(embedded.Task);
        var time = new PatientTime();
        await using var server = await TestServer.StartAsync(
            dialect,
            time,
            ("Models:Providers:0:Name", "double"),
            ("Models:Providers:0:Kind", "OpenAi"),
            ("Models:Providers:0:BaseUrl", model.BaseUrl),
            ("Models:Served:0:Name", "slow"),
            ("Models:Served:0:Provider", "double"),
            ("Models:Served:0:Embeddings", "true"),
            ("Models:Embedding", "slow")
        );
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var file = await client.UploadTextAsync("Herons nest in the reeds.");

        var adding = client.AddAsync(store, file);
        await model.ArrivalAsync();
        await time.Waits;
        time.Advance(TimeSpan.FromSeconds(9.9));
        adding.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.1));
        var entry = await adding;

        entry["status"]!.ToString().ShouldBe("in_progress");
        entry["file_id"]!.ToString().ShouldBe(file);
        entry["last_error"].ShouldBeNull();
        (await StoreAsync())["status"]!.ToString().ShouldBe("in_progress");
        (await StoreAsync())["file_counts"]!["in_progress"]!.GetValue<long>().ShouldBe(1);

        embedded.SetResult();
        while ((await StoreAsync())["status"]!.ToString() == "in_progress")
            await Task.Yield();

        using var list = await client.GetAsync($"/files/vector-stores/{store}/files");
        var read = (await list.SucceedAsync()).AsArray().ShouldHaveSingleItem()!;
        read["status"]!.ToString().ShouldBe("completed");
        read["added_at"]!.ToString().ShouldBe(entry["added_at"]!.ToString());
        (await client.FindAsync(store, "herons")).Count.ShouldBe(1);

        async Task<JsonNode> StoreAsync()
        {
            using var answer = await client.GetAsync($"/files/vector-stores/{store}");
            return await answer.SucceedAsync();
        }
    }

    /// <summary>Tells when somebody waits for ten seconds.</summary>
    private sealed class PatientTime() : FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56))
    {
        private readonly TaskCompletionSource _waits = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public Task Waits => _waits.Task;

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        )
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == TimeSpan.FromSeconds(10))
                _waits.TrySetResult();
            return timer;
        }
    }
}
