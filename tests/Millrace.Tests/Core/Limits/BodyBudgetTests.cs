using System.IO.Pipelines;
using Millrace.Core.Failures;
using Millrace.Core.Limits;

namespace Millrace.Tests.Core.Limits;

public sealed class BodyBudgetTests
{
    private const int Megabyte = 1 << 20;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0L)]
    [InlineData(5, null)]
    [InlineData(3_000_001, null)]
    [InlineData(3_000_001, 3_000_001L)]
    [InlineData(3_000_001, 7L)]
    [InlineData(7, 3_000_001L)]
    public async Task A_body_is_read_whole_whatever_it_announces(int length, long? announced)
    {
        var sent = new byte[length];
        new Random(3).NextBytes(sent);
        var budget = Budget(64);
        using (var body = await ReadAsync(budget, sent, announced))
        {
            body.Bytes.Span.SequenceEqual(sent).ShouldBeTrue();
            budget.Taken.ShouldBeGreaterThan(0);
        }
        budget.Taken.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_of_the_limit_is_taken_and_one_byte_more_is_too_large()
    {
        var budget = Budget(64);
        (await ReadAsync(budget, new byte[4 * Megabyte], null)).Dispose();
        await Should.ThrowAsync<TooLarge>(ReadAsync(budget, new byte[4 * Megabyte + 1], 10));
        budget.Taken.ShouldBe(0);
    }

    [Fact]
    public async Task Bodies_beyond_the_budget_are_refused_until_others_are_done()
    {
        var budget = Budget(8);
        var held = await ReadAsync(budget, new byte[3 * Megabyte], 3 * Megabyte);
        var refused = await Should.ThrowAsync<Limited>(
            ReadAsync(budget, new byte[4 * Megabyte], 4 * Megabyte)
        );
        refused.RetryAfter.ShouldBeGreaterThan(TimeSpan.Zero);
        held.Dispose();
        budget.Taken.ShouldBe(0);
        (await ReadAsync(budget, new byte[3 * Megabyte], 3 * Megabyte)).Dispose();
    }

    [Fact]
    public async Task An_announced_body_takes_nothing_before_it_arrives()
    {
        var budget = Budget(64);
        var pipe = new Pipe();
        using var cancellation = new CancellationTokenSource();
        var reading = budget.ReadAsync(
            pipe.Reader.AsStream(),
            36 * Megabyte,
            36 * Megabyte,
            cancellation.Token
        );
        budget.Taken.ShouldBeLessThan(64 * 1024);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(reading);
        budget.Taken.ShouldBe(0);
    }

    private static BodyBudget Budget(int megabytes) =>
        new(new LimitsOptions { BodyBudgetBytes = (long)megabytes * Megabyte });

    private static Task<RequestBody> ReadAsync(BodyBudget budget, byte[] sent, long? announced) =>
        budget.ReadAsync(new MemoryStream(sent), announced, 4 * Megabyte, Cancel);
}
