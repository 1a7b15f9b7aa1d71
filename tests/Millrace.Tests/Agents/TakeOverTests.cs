using Microsoft.Extensions.Time.Testing;
using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

public sealed class TakeOverTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Theory, OnEachDatabase]
    public async Task A_process_that_stood_still_learns_that_another_went_on_with_its_turn(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync();
        var stalled = new SessionLog(test.Store, _time);
        var other = new SessionLog(test.Store, _time);
        var turn = new NewTurn("hello", 1, null, "k1");
        var (first, _) = await stalled.OpenAsync(workspace, "s1", turn, default);

        _time.Advance(SessionLog.Claim + TimeSpan.FromSeconds(1));
        var (second, _) = await other.OpenAsync(workspace, "s1", turn, default);

        second!.Run.ShouldBe(first!.Run);
        (await stalled.RenewAsync(first, default)).ShouldBeFalse();
        (await other.RenewAsync(second, default)).ShouldBeTrue();
        (await Should.ThrowAsync<Conflict>(CloseAsync(stalled, first, "late"))).Code.ShouldBe(
            "session_taken_over"
        );
        await CloseAsync(other, second, "good day");
        (await SaidAsync(test.Store)).ShouldBe(["hello", "good day"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_message_that_holds_what_no_database_keeps_is_known_again(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync();
        var log = new SessionLog(test.Store, _time);
        var turn = new NewTurn("a\0b", 1, null, "k1");
        var (first, _) = await log.OpenAsync(workspace, "s1", turn, default);
        _time.Advance(SessionLog.Claim + TimeSpan.FromSeconds(1));

        var (again, _) = await log.OpenAsync(workspace, "s1", turn, default);

        again!.Run.ShouldBe(first!.Run);
    }

    private static Task CloseAsync(SessionLog log, OpenTurn turn, string reply) =>
        log.CloseAsync(
            turn,
            new TurnOutcome { State = RunState.Completed, Reply = reply },
            _ => ValueTask.CompletedTask
        );

    private static Task<List<string>> SaidAsync(Store store) =>
        store.ReadAsync(
            Reach.Installation,
            db => db.QueryAsync("SELECT text FROM turns ORDER BY number", row => row.Text(0))
        );
}
