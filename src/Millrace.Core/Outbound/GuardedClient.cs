using System.Net;
using System.Net.Sockets;
using Millrace.Core.Failures;

namespace Millrace.Core.Outbound;

/// <summary>Resolves a host name; the system's resolver unless a test gives another.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>
/// The one way to an address that a user or a model chose (t-backend §12.3). It resolves the name once, refuses every
/// address that is not public or allow-listed, and connects to what it checked, so that a second DNS answer changes
/// nothing. Redirects are followed by hand, each checked like the first. No proxy, cookies, credentials or trace headers.
/// </summary>
/// <remarks>
/// Failures: <c>Invalid</c> (<c>address_invalid</c>, <c>address_refused</c>, <c>too_many_redirects</c>), <c>TooLarge</c>,
/// <c>TimedOut</c>, <c>Unavailable</c>.
/// </remarks>
public sealed class GuardedClient : IDisposable
{
    private const int MaxRedirects = 5;
    private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(5);

    private readonly OutboundOptions _options;
    private readonly TimeProvider _time;
    private readonly ResolveHost _resolve;
    private readonly AllowList _allowed;
    private readonly HttpMessageInvoker _http;

    public GuardedClient(OutboundOptions options, TimeProvider time, ResolveHost? resolve = null)
    {
        _options = options;
        _time = time;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _allowed = new AllowList(options.Allow);
        _http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                ConnectCallback = ConnectAsync,
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ActivityHeadersPropagator = null,
                AutomaticDecompression = DecompressionMethods.All,
                ConnectTimeout = TimeSpan.FromSeconds(15),
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
                MaxResponseHeadersLength = 64,
                MaxResponseDrainSize = 64 * 1024,
                ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            }
        );
    }

    /// <summary>Gets an address and its whole body, whatever the status.</summary>
    public async Task<FetchedContent> GetAsync(Uri address, CancellationToken cancellation)
    {
        await using var response = await SendAsync(new OutboundRequest(address), cancellation);
        var bytes = await response.ReadAsync(cancellation);
        return new FetchedContent(response.Status, response.ContentType, response.Address, bytes);
    }

    /// <summary>Sends one request and follows its redirects. The caller disposes of the answer.</summary>
    public async Task<OutboundResponse> SendAsync(
        OutboundRequest request,
        CancellationToken cancellation
    )
    {
        var deadline = new CancellationTokenSource(
            request.TimeLimit ?? TimeSpan.FromSeconds(_options.TimeLimitSeconds),
            _time
        );
        try
        {
            return await FollowAsync(request, deadline, cancellation);
        }
        catch (Exception exception)
        {
            var failure = Exchange.Translate(exception, deadline.Token, cancellation);
            deadline.Dispose();
            if (failure is null || ReferenceEquals(failure, exception))
                throw;
            throw failure;
        }
    }

    /// <summary>
    /// Fails as a request to this address would, when its form or the network that it leads to is refused. A name that
    /// does not resolve now may later, so it passes.
    /// </summary>
    public async Task CheckAsync(Uri address, CancellationToken cancellation)
    {
        CheckForm(address);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ResolveLimit);
        try
        {
            await ResolveAsync(address.IdnHost, address.Port, limit.Token);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<OutboundResponse> FollowAsync(
        OutboundRequest request,
        CancellationTokenSource deadline,
        CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token,
            cancellation
        );
        var address = request.Address;
        for (var redirects = 0; ; redirects++)
        {
            CheckForm(address);
            using var message = Message(request, address);
            var response = await _http.SendAsync(message, either.Token);
            if (request.Body is not null || RedirectOf(response, address) is not { } next)
            {
                var raw = await response.Content.ReadAsStreamAsync(either.Token);
                var maxBytes = request.MaxBytes ?? _options.MaxBytes;
                var body = new BoundedBody(raw, maxBytes, deadline.Token);
                return new OutboundResponse(response, address, body, deadline);
            }
            response.Dispose();
            if (redirects == MaxRedirects)
                throw new Invalid(
                    "too_many_redirects",
                    $"The address redirects more than {MaxRedirects} times."
                );
            address = next;
        }
    }

    private static void CheckForm(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new Invalid(
                "address_invalid",
                "Only absolute http and https addresses can be fetched."
            );
        if (address.UserInfo.Length > 0)
            throw new Invalid(
                "address_invalid",
                "The address must not carry a user name or password."
            );
    }

    private static HttpRequestMessage Message(OutboundRequest request, Uri address)
    {
        var message = new HttpRequestMessage(request.Method, address);
        message.Headers.TryAddWithoutValidation("User-Agent", "Millrace");
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }
        if (SameOrigin(address, request.Address))
        {
            foreach (var (name, value) in request.Headers)
                message.Headers.TryAddWithoutValidation(name, value);
        }
        return message;
    }

    private static bool SameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.IdnHost == other.IdnHost && one.Port == other.Port;

    private static Uri? RedirectOf(HttpResponseMessage response, Uri from)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
            return null;
        return response.Headers.Location is { } location ? new Uri(from, location) : null;
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellation
    )
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await ResolveAsync(host, port, cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> ResolveAsync(
        string host,
        int port,
        CancellationToken cancellation
    )
    {
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await _resolve(host, cancellation);
        // One refused address among public ones is an attack or a mistake; neither deserves a connection.
        if (!Array.TrueForAll(addresses, address => MayReach(host, port, address)))
            throw new Invalid(
                "address_refused",
                "The address leads to a network that may not be fetched from. An operator can allow it in Millrace:Outbound:Allow."
            );
        return addresses;
    }

    private bool MayReach(string host, int port, IPAddress address) =>
        !RefusedRanges.Contain(address) || _allowed.Covers(host, port, address);
}

/// <summary>A whole fetched body.</summary>
/// <param name="ContentType">As the other side says.</param>
/// <param name="Address">Where the last redirect led.</param>
public sealed record FetchedContent(
    HttpStatusCode Status,
    string? ContentType,
    Uri Address,
    ReadOnlyMemory<byte> Bytes
);
