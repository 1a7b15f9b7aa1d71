using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Outbound;

namespace Millrace.Knowledge.Files;

/// <summary>A file that was fetched, and what its server calls it.</summary>
public sealed record FetchedFile(ReceivedFile Received, string Name, string? ContentType);

/// <summary>Takes files in from addresses that callers name. (t-backend §12.3)</summary>
public sealed partial class FileFetch(GuardedClient client, FileLibrary files, FilesOptions options)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <exception cref="Invalid">The address may not be fetched, or does not answer with a file.</exception>
    /// <exception cref="TooLarge">The file is.</exception>
    /// <exception cref="TimedOut">It took longer than a minute.</exception>
    public async Task<FetchedFile> FetchAsync(
        Id<Workspace> workspace,
        Uri address,
        CancellationToken cancellation
    )
    {
        try
        {
            await using var response = await client.SendAsync(
                new OutboundRequest(Gateway(address))
                {
                    MaxBytes = options.MaxBytes,
                    TimeLimit = Longest,
                },
                cancellation
            );
            if (!response.IsSuccess)
                throw new Invalid(
                    "fetch_failed",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Failed to fetch URL: {(int)response.Status}"
                    )
                );
            var received = await files.ReceiveAsync(workspace, response.Body, cancellation);
            return new FetchedFile(received, NameOf(response), response.ContentType);
        }
        catch (Unavailable failure)
        {
            throw new Invalid("fetch_failed", $"Failed to fetch URL: {failure.Message}");
        }
    }

    private Uri Gateway(Uri address)
    {
        if (address.Scheme != "ipfs")
            return address;
        if (!IpfsPath().IsMatch(address.OriginalString))
            throw new Invalid(
                "url_invalid",
                "An IPFS address is ipfs://, a content id, and perhaps a path without dots alone."
            );
        return options.IpfsGateway.Length > 0
            ? new Uri(
                $"{options.IpfsGateway.TrimEnd('/')}/ipfs/{address.OriginalString["ipfs://".Length..]}"
            )
            : throw new NotConfigured(
                "ipfs_not_configured",
                "No IPFS gateway is set up here: set Millrace:Files:IpfsGateway, or give an https address."
            );
    }

    [GeneratedRegex(
        @"^ipfs://[A-Za-z0-9]+(?:/(?!\.\.?(?:/|$))[^/?#%\\]+)*/?$",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex IpfsPath();

    private static string NameOf(OutboundResponse response)
    {
        var said = response.ContentHeaders.ContentDisposition;
        var ofPath = Uri.UnescapeDataString(response.Address.AbsolutePath);
        return FileName.Of(said?.FileNameStar ?? said?.FileName?.Trim('"') ?? ofPath, "download");
    }
}
