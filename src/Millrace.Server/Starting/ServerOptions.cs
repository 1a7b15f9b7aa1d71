using Millrace.Core.Settings;

namespace Millrace.Server.Starting;

/// <summary>Where the server listens.</summary>
public sealed class ServerOptions : ISection
{
    public static string Name => "Server";

    /// <summary>Addresses parted by semicolons, such as <c>http://127.0.0.1:8080</c>; port 0 takes a free one.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>The ports that are listened on, as far as they are fixed.</summary>
    internal IEnumerable<int> Ports =>
        Urls.Split(';')
            .Select(Parse)
            .OfType<Uri>()
            .Select(address => address.Port)
            .Where(port => port > 0)
            .Distinct();

    public IEnumerable<string> Validate()
    {
        foreach (var url in Urls.Split(';'))
        {
            if (Parse(url)?.Scheme is not ("http" or "https"))
                yield return $"Millrace:Server:Urls: '{url}' is not an address. Give one such as http://127.0.0.1:8080.";
            else if (Parse(url)!.Scheme == "https")
                yield return $"Millrace:Server:Urls: '{url}': this server speaks plain HTTP. Listen on an http address, and let a reverse proxy in front of it speak TLS.";
        }
    }

    // The framework's wildcards are no host names.
    private static Uri? Parse(string url)
    {
        var plain = url.Replace("://*", "://any", StringComparison.Ordinal)
            .Replace("://+", "://any", StringComparison.Ordinal);
        return Uri.TryCreate(plain, UriKind.Absolute, out var address) ? address : null;
    }
}
