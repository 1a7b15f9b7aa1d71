using System.Net;

namespace Millrace.Core.Outbound;

/// <summary>The operator's exceptions to <see cref="RefusedRanges"/>.</summary>
internal sealed class AllowList(IEnumerable<string> entries)
{
    private readonly Entry[] _entries =
    [
        .. entries.Select(TryParse).Where(entry => entry is not null).Select(entry => entry!),
    ];

    public bool Covers(string host, int port, IPAddress address) =>
        Array.Exists(_entries, entry => entry.Covers(host, port, address));

    /// <summary>Null when the text is no entry.</summary>
    public static Entry? TryParse(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return new Entry(network, null, null);
        // One address is the network that holds only it. A bare IPv6 address has colons that are no port.
        if (IPAddress.TryParse(text, out var bare))
            return new Entry(Only(bare), null, null);
        if (!Uri.TryCreate($"any://{text}", UriKind.Absolute, out var uri) || !IsHostAndPort(uri))
            return null;
        int? port = uri.IsDefaultPort ? null : uri.Port;
        return IPAddress.TryParse(uri.Host, out var address)
            ? new Entry(Only(address), null, port)
            : new Entry(null, uri.IdnHost, port);
    }

    private static IPNetwork Only(IPAddress address) =>
        new(address, address.GetAddressBytes().Length * 8);

    private static bool IsHostAndPort(Uri uri) =>
        uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
        && uri.UserInfo.Length == 0
        && uri.PathAndQuery is "" or "/"
        && uri.Fragment.Length == 0;

    internal sealed record Entry(IPNetwork? Network, string? Host, int? Port)
    {
        public bool Covers(string host, int port, IPAddress address)
        {
            if (Port is { } only && only != port)
                return false;
            return Network is { } network
                ? network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
                : string.Equals(Host, host, StringComparison.OrdinalIgnoreCase);
        }
    }
}
