using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Identity;
using Millrace.Core.Work;
using Millrace.Knowledge.Files;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Files;

public sealed class BlobSweepTests
{
    [Fact]
    public async Task What_a_killed_write_leaves_is_swept_away_and_what_is_being_written_is_not()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(time: time);
        using var client = server.Client();
        var kept = await client.UploadTextAsync("Herons nest in the reeds.");
        // As a process leaves them that is killed: one blob half written, one whole that no row came of.
        var whole = await LoseAsync(server);
        var half = await LoseAsync(server);
        File.Move(half, half + ".part");
        time.Advance(TimeSpan.FromHours(47));
        var young = await LoseAsync(server);

        await SweepAsync(server);
        BlobsOf(server).Count.ShouldBe(4);
        time.Advance(TimeSpan.FromHours(2));
        await SweepAsync(server);

        var left = BlobsOf(server);
        left.Count.ShouldBe(2);
        left.ShouldContain(young);
        left.ShouldNotContain(whole);
        (await client.GetAsync($"/files/{kept}/content").StatusAsync()).ShouldBe(200);
    }

    /// <summary>Takes bytes in and dies before they are a file. Gives the blob's path.</summary>
    private static async Task<string> LoseAsync(TestServer server)
    {
        var before = BlobsOf(server);
        var caller = await server
            .Services.GetRequiredService<ApiKeys>()
            .AuthenticateAsync(server.Key);
        using var content = new MemoryStream([1, 2, 3]);
        await server
            .Services.GetRequiredService<FileLibrary>()
            .ReceiveAsync(caller.Workspace, content, CancellationToken.None);
        return BlobsOf(server).Except(before).Single();
    }

    private static Task SweepAsync(TestServer server) =>
        server
            .Services.GetServices<IWorkHandler>()
            .OfType<BlobSweep>()
            .Single()
            .RunAsync(null!, CancellationToken.None);

    private static List<string> BlobsOf(TestServer server) =>
        [
            .. Directory.EnumerateFiles(
                Path.Combine(server.Folder, "files"),
                "*",
                SearchOption.AllDirectories
            ),
        ];
}
