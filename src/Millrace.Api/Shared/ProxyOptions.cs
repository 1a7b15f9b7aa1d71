using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Millrace.Core.Settings;

namespace Millrace.Api.Shared;

/// <summary>Which reverse proxies are believed when they say whom a request comes from.</summary>
public sealed class ProxyOptions : ISection
{
    public static string Name => "Proxies";

    /// <summary>Addresses, such as <c>10.0.0.2</c>; none by default, so that <c>X-Forwarded-For</c> is not looked at.</summary>
    public IList<string> Trusted { get; init; } = [];

    public IEnumerable<string> Validate()
    {
        foreach (var (index, proxy) in Trusted.Index())
            if (!IPAddress.TryParse(proxy, out _))
                yield return $"Millrace:{Name}:Trusted:{index}: '{proxy}' is not an IP address.";
    }

    internal ForwardedHeadersOptions ToForwarded()
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor,
            // As many as are trusted: the first that is not is the client.
            ForwardLimit = null,
        };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var proxy in Trusted)
            options.KnownProxies.Add(IPAddress.Parse(proxy));
        return options;
    }
}
