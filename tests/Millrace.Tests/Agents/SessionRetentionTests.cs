using Microsoft.Extensions.Time.Testing;
using Millrace.Agents.Sessions;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

public sealed class SessionRetentionTests
{
    [Theory, OnEachDatabase]
    public async Task A_session_is_removed_whole_when_nobody_used_it_for_as_long_as_it_is_kept(
        Dialect dialect
    )
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var harness = await AssistantHarness.CreateAsync(dialect, time);
        var ada = await harness.NewPrincipalAsync();
        await harness.SayAsync(ada, "old", session: "old");
        time.Advance(TimeSpan.FromDays(60));
        await harness.SayAsync(ada, "young", session: "young");
        time.Advance(TimeSpan.FromDays(31));

        await new SessionRetention(harness.Store, harness.Get<SessionsOptions>(), time).RunAsync(
            null!,
            CancellationToken.None
        );

        (await harness.TurnsAsync(ada)).ShouldBe([
            "1 user complete: young",
            "2 assistant complete: You said: young",
        ]);
        (await harness.RunStatesAsync(ada)).Count.ShouldBe(1);
    }
}
