using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Settings;

namespace Millrace.Core.Outbound;

/// <summary>What requests to addresses that a user or a model chose may reach, and how much they may cost.</summary>
public sealed class OutboundOptions : ISection
{
    public static string Name => "Outbound";

    /// <summary>
    /// Exceptions to the refused ranges: a network (<c>10.1.0.0/16</c>), an address or a host name, each with or
    /// without a port (<c>search.internal:8080</c>, <c>[fd00::7]:80</c>). Empty: public addresses only.
    /// </summary>
    public IList<string> Allow { get; init; } = [];

    /// <summary>Seconds for a whole exchange, from resolving the name to the last byte, unless the request says less.</summary>
    public int TimeLimitSeconds { get; init; } = 60;

    /// <summary>Decompressed bytes of an answer, unless the request says less. 25 MB as t-backend §12.3 counts it.</summary>
    public long MaxBytes { get; init; } = 26_214_400;

    public IEnumerable<string> Validate()
    {
        foreach (var entry in Allow)
        {
            if (AllowList.TryParse(entry) is null)
                yield return $"Millrace:Outbound:Allow: \"{entry}\" is neither a network such as 10.0.0.0/8 nor a host with an optional port.";
        }
        if (TimeLimitSeconds is < 1 or > 3600)
            yield return $"Millrace:Outbound:TimeLimitSeconds: {TimeLimitSeconds} is outside 1 to 3600.";
        if (MaxBytes is < 1 or > int.MaxValue)
            yield return $"Millrace:Outbound:MaxBytes: {MaxBytes} is outside 1 to {int.MaxValue}.";
    }
}

public static class OutboundRegistration
{
    /// <summary>Adds <see cref="GuardedClient"/> and its settings.</summary>
    public static IServiceCollection AddOutbound(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<OutboundOptions>(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<GuardedClient>();
        return services;
    }
}
