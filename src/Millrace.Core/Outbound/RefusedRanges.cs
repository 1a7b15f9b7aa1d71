using System.Net;
using System.Net.Sockets;

namespace Millrace.Core.Outbound;

/// <summary>
/// The addresses that are not a public host: what an outside party must not make this process call. After the IANA
/// special-purpose address registries, with the cloud metadata addresses that lie in no special range.
/// </summary>
internal static class RefusedRanges
{
    private static readonly IPNetwork[] IPv4 =
    [
        .. new[]
        {
            "0.0.0.0/8", // unspecified, "this network"
            "10.0.0.0/8", // private
            "100.64.0.0/10", // carrier NAT; holds a cloud's metadata address too
            "127.0.0.0/8", // loopback
            "168.63.129.16/32", // a cloud's host agent
            "169.254.0.0/16", // link-local, with the usual metadata address
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarking
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, broadcast
        }.Select(range => IPNetwork.Parse(range)),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Inside 2000::/3; everything outside it (loopback, unique local, link-local, multicast) is refused anyway.</summary>
    private static readonly IPNetwork[] IPv6 =
    [
        .. new[]
        {
            "2001::/23", // protocol assignments, with Teredo and ORCHID
            "2001:db8::/32", // documentation
            "3fff::/20", // documentation
        }.Select(range => IPNetwork.Parse(range)),
    ];

    public static bool Contain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return Contain(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return Array.Exists(IPv4, range => range.Contains(address));
        // A translated address is as good as the IPv4 address that it leads to.
        if (Nat64.Contains(address))
            return Contain(Embedded(address, 12));
        if (SixToFour.Contains(address))
            return Contain(Embedded(address, 2));
        return !GlobalUnicast.Contains(address)
            || Array.Exists(IPv6, range => range.Contains(address));
    }

    private static IPAddress Embedded(IPAddress address, int offset)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return new IPAddress(bytes.Slice(offset, 4));
    }
}
