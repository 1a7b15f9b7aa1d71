using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Settings;

namespace Millrace.Core.Limits;

/// <summary>How much one caller may ask, and how much memory all bodies together may take.</summary>
public sealed class LimitsOptions : ISection
{
    public static string Name => "Limits";

    /// <summary>
    /// Changes to <see cref="RateClasses"/>, by class and bucket: <c>Limits:Classes:default:chat:PerMinute</c>. A new
    /// class, for keys that carry its name, begins as a copy of <c>default</c>.
    /// </summary>
    public IDictionary<string, Dictionary<string, BucketSettings>> Classes { get; init; } =
        new Dictionary<string, Dictionary<string, BucketSettings>>();

    /// <summary>Callers that are remembered at once; those beyond share a limit among them.</summary>
    public int MaxSubjects { get; init; } = 100_000;

    /// <summary>Bytes that all request bodies being read or worked on may hold together. 512 MiB.</summary>
    public long BodyBudgetBytes { get; init; } = 512L << 20;

    public IEnumerable<string> Validate()
    {
        foreach (var (name, buckets) in Classes)
        {
            foreach (var (bucket, limit) in buckets)
            {
                var path = $"Millrace:Limits:Classes:{name}:{bucket}";
                if (!RateClasses.Default.ContainsKey(bucket))
                    yield return $"{path}: no such bucket. Known are {string.Join(", ", RateClasses.Default.Keys.Order())}.";
                if (limit.PerMinute is < 1 or > RateLimit.MaxPerMinute)
                    yield return $"{path}:PerMinute: {limit.PerMinute} is outside 1 to {RateLimit.MaxPerMinute}.";
                if (limit.AtOnce < 0)
                    yield return $"{path}:AtOnce: {limit.AtOnce} is negative; 0 means any number.";
            }
        }
        if (MaxSubjects < 1)
            yield return $"Millrace:Limits:MaxSubjects: {MaxSubjects} is below 1.";
        if (BodyBudgetBytes < 1 << 20)
            yield return $"Millrace:Limits:BodyBudgetBytes: {BodyBudgetBytes} is below 1 MiB.";
    }
}

/// <summary>One bucket's settings; what is left out keeps its default.</summary>
public sealed class BucketSettings
{
    public int? PerMinute { get; init; }

    public int? AtOnce { get; init; }
}

public static class LimitsRegistration
{
    /// <summary>Adds <see cref="RateLimiter"/>, <see cref="BodyBudget"/> and their settings.</summary>
    public static IServiceCollection AddLimits(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<LimitsOptions>(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RateLimiter>();
        services.TryAddSingleton<BodyBudget>();
        return services;
    }
}
