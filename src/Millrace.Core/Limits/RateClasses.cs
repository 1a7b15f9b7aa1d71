using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Millrace.Core.Limits;

/// <summary>What one caller may ask of one bucket.</summary>
/// <param name="Count">Requests in a <see cref="Window"/>.</param>
/// <param name="AtOnce">Requests in flight; 0 means any number.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RateLimit(int Count, int AtOnce = 0)
{
    public const int MaxPerMinute = 100_000_000;

    /// <summary>A minute unless it is said otherwise.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>The buckets that requests are counted in.</summary>
public static class Buckets
{
    public const string Chat = "chat";
    public const string TokenAnalysis = "token-analysis";
    public const string Images = "images";
    public const string BackgroundCreate = "background-create";
    public const string FileWrites = "file-writes";
    public const string Other = "other";

    /// <summary>New invoices of one address.</summary>
    public const string Invoices = "invoices";

    /// <summary>Requests with a key that opens nothing, of one address.</summary>
    public const string FailedKeys = "failed-keys";

    /// <summary>The model gateways, whose clients send many small requests.</summary>
    public const string Gateway = "gateway";
}

/// <summary>The limits of each class of callers: t-backend §5, with the operator's changes.</summary>
public sealed class RateClasses
{
    /// <summary>Keys whose class is none of the settings.</summary>
    public const string DefaultClass = "default";

    /// <summary>Addresses without a key.</summary>
    public const string AnonymousClass = "anonymous";

    internal static readonly FrozenDictionary<string, RateLimit> Default = new Dictionary<
        string,
        RateLimit
    >
    {
        [Buckets.Chat] = new(60, 8),
        [Buckets.TokenAnalysis] = new(60),
        [Buckets.Images] = new(20, 4),
        [Buckets.BackgroundCreate] = new(20),
        [Buckets.FileWrites] = new(60),
        [Buckets.Other] = new(240),
        [Buckets.Invoices] = new(30),
        [Buckets.FailedKeys] = new(20),
        [Buckets.Gateway] = new(600, 64),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, RateLimit> Anonymous = new Dictionary<
        string,
        RateLimit
    >(Default)
    {
        [Buckets.Chat] = new(20),
        [Buckets.TokenAnalysis] = new(20),
        [Buckets.Images] = new(10),
        [Buckets.Other] = new(60),
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, FrozenDictionary<string, RateLimit>> _classes;

    public RateClasses(LimitsOptions options)
    {
        string[] names = [DefaultClass, AnonymousClass, .. options.Classes.Keys];
        var byDefault = Changed(Default, options, DefaultClass);
        _classes = names
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(
                name => name,
                name =>
                    name switch
                    {
                        DefaultClass => byDefault,
                        AnonymousClass => Changed(Anonymous, options, name),
                        _ => Changed(byDefault, options, name),
                    },
                StringComparer.OrdinalIgnoreCase
            );
    }

    /// <summary>The limit that holds for a bucket in a class; an unknown class is the default one.</summary>
    public RateLimit Of(string rateClass, string bucket) =>
        _classes.GetValueOrDefault(rateClass, _classes[DefaultClass])[bucket];

    private static FrozenDictionary<string, RateLimit> Changed(
        FrozenDictionary<string, RateLimit> limits,
        LimitsOptions options,
        string name
    )
    {
        var changes = options
            .Classes.Where(entry => Same(entry.Key, name))
            .SelectMany(entry => entry.Value)
            .ToDictionary(
                bucket => bucket.Key,
                bucket => bucket.Value,
                StringComparer.OrdinalIgnoreCase
            );
        return limits.ToFrozenDictionary(
            limit => limit.Key,
            limit =>
                changes.TryGetValue(limit.Key, out var change)
                    ? new RateLimit(
                        change.PerMinute ?? limit.Value.Count,
                        change.AtOnce ?? limit.Value.AtOnce
                    )
                    : limit.Value
        );
    }

    private static bool Same(string one, string other) =>
        one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
