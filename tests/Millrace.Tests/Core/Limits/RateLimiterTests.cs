using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Limits;
using Millrace.Core.Settings;

namespace Millrace.Tests.Core.Limits;

public sealed class RateLimiterTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public void A_minutes_requests_are_granted_and_the_next_says_when_to_come_back()
    {
        var limiter = Limiter();
        for (var i = 0; i < 240; i++)
        {
            var lease = Take(limiter, Buckets.Other, "key");
            lease.IsGranted.ShouldBeTrue();
            (lease.Limit, lease.Remaining).ShouldBe((240, 239 - i));
        }
        var refused = Take(limiter, Buckets.Other, "key");
        refused.IsGranted.ShouldBeFalse();
        refused.Remaining.ShouldBe(0);
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.25));
        refused.Reset.ShouldBe(_time.GetUtcNow() + TimeSpan.FromMinutes(1));

        _time.Advance(refused.RetryAfter);
        Take(limiter, Buckets.Other, "key").IsGranted.ShouldBeTrue();
        Take(limiter, Buckets.Other, "key").IsGranted.ShouldBeFalse();
    }

    [Fact]
    public void After_the_reset_everything_remains_again()
    {
        var limiter = Limiter();
        var reset = Enumerable
            .Range(0, 61)
            .Select(_ => Take(limiter, Buckets.Chat, "key").Reset)
            .Last();
        _time.SetUtcNow(reset);
        Take(limiter, Buckets.Chat, "key").Remaining.ShouldBe(59);
    }

    [Fact]
    public void Callers_and_buckets_are_counted_apart()
    {
        var limiter = Limiter();
        while (Take(limiter, Buckets.Images, "one").IsGranted) { }
        Take(limiter, Buckets.Images, "other").IsGranted.ShouldBeTrue();
        Take(limiter, Buckets.Chat, "one").IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void No_more_are_at_work_at_once_than_the_bucket_allows()
    {
        var limiter = Limiter();
        var held = Enumerable
            .Range(0, 8)
            .Select(_ => limiter.TryAcquire(Buckets.Chat, "key"))
            .ToList();
        held.ShouldAllBe(lease => lease.IsGranted);
        var ninth = limiter.TryAcquire(Buckets.Chat, "key");
        ninth.IsGranted.ShouldBeFalse();
        ninth.Remaining.ShouldBe(52);
        ninth.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        ninth.Dispose();
        limiter.TryAcquire(Buckets.Chat, "key").IsGranted.ShouldBeFalse();
        held[0].Dispose();
        limiter.TryAcquire(Buckets.Chat, "key").IsGranted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_thousand_at_once_overspend_by_nothing()
    {
        var limiter = Limiter();
        var granted = 0;
        await Parallel.ForAsync(
            0,
            1000,
            TestContext.Current.CancellationToken,
            (_, _) =>
            {
                if (Take(limiter, Buckets.FileWrites, "key").IsGranted)
                    Interlocked.Increment(ref granted);
                return ValueTask.CompletedTask;
            }
        );
        granted.ShouldBe(60);
    }

    [Fact]
    public void Unknown_callers_take_bounded_memory_and_a_busy_one_is_not_forgotten()
    {
        var limiter = Limiter(new LimitsOptions { MaxSubjects = 100 });
        while (Take(limiter, Buckets.Other, "busy").IsGranted) { }
        var granted = 0;
        for (var i = 0; i < 100_000; i++)
        {
            if (Take(limiter, Buckets.Other, $"address-{i}").IsGranted)
                granted++;
        }
        limiter.Count.ShouldBe(100);
        // 99 own places, and 64 shared ones of 240 each.
        granted.ShouldBeLessThanOrEqualTo(99 + 64 * 240);
        Take(limiter, Buckets.Other, "busy").IsGranted.ShouldBeFalse();

        _time.Advance(TimeSpan.FromMinutes(2));
        Take(limiter, Buckets.Other, "newcomer").Remaining.ShouldBe(239);
        limiter.Count.ShouldBe(1);
    }

    [Fact]
    public void Classes_differ_and_settings_change_them()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Millrace:Limits:Classes:DEFAULT:CHAT:PerMinute"] = "100",
                    ["Millrace:Limits:Classes:gold:chat:AtOnce"] = "50",
                }
            )
            .Build();
        var classes = new RateClasses(SectionRegistration.Bind<LimitsOptions>(configuration));
        classes.Of("default", Buckets.Chat).ShouldBe(new RateLimit(100, 8));
        classes.Of("Gold", Buckets.Chat).ShouldBe(new RateLimit(100, 50));
        classes.Of("unheard-of", Buckets.Chat).ShouldBe(new RateLimit(100, 8));
        classes.Of("anonymous", Buckets.Chat).ShouldBe(new RateLimit(20));
        classes.Of("default", Buckets.Images).ShouldBe(new RateLimit(20, 4));
    }

    [Theory]
    [InlineData("chta:PerMinute", "1")]
    [InlineData("chat:PerMinute", "0")]
    [InlineData("chat:AtOnce", "-1")]
    [InlineData("chat:PerMinuet", "1")]
    public void A_wrong_setting_is_named(string key, string value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    [$"Millrace:Limits:Classes:default:{key}"] = value,
                }
            )
            .Build();
        Should
            .Throw<SettingsException>(() => SectionRegistration.Bind<LimitsOptions>(configuration))
            .Message.ShouldContain("Millrace:Limits");
    }

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("2001:db8:1:2:3:4:5:6", "20010DB800010002")]
    public void An_address_is_a_subject(string address, string subject) =>
        RateLimiter.SubjectOf(IPAddress.Parse(address)).ShouldBe(subject);

    private RateLimiter Limiter(LimitsOptions? options = null) =>
        new(options ?? new LimitsOptions(), _time);

    /// <summary>A request that is over at once.</summary>
    private static RateLease Take(RateLimiter limiter, string bucket, string subject)
    {
        var lease = limiter.TryAcquire(bucket, subject);
        lease.Dispose();
        return lease;
    }
}
