using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Core.Outbound;
using Millrace.Core.Settings;

namespace Millrace.Tests.Core.Outbound;

public sealed class GuardedClientTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[ff02::1]/")]
    [InlineData("http://[2001:db8::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://168.63.129.16/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://203.0.113.9/")]
    public async Task An_address_that_is_not_public_is_refused(string address)
    {
        using var client = Client();
        var failure = await Should.ThrowAsync<Invalid>(client.GetAsync(new Uri(address), Cancel));
        failure.Code.ShouldBe("address_refused");
    }

    [Theory]
    [InlineData("9.9.9.9")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("64:ff9b::909:909")]
    public void A_public_address_is_not_refused(string address) =>
        RefusedRanges.Contain(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("ftp://example.org/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:secret@example.org/")]
    public async Task Only_plain_http_addresses_are_fetched(string address)
    {
        using var client = Client();
        var failure = await Should.ThrowAsync<Invalid>(client.GetAsync(new Uri(address), Cancel));
        failure.Code.ShouldBe("address_invalid");
    }

    [Fact]
    public async Task A_name_that_resolves_to_a_private_address_is_refused_even_beside_a_public_one()
    {
        using var client = Client(
            resolve: (_, _) =>
                Task.FromResult(new[] { IPAddress.Parse("9.9.9.9"), IPAddress.Parse("10.0.0.1") })
        );
        var failure = await Should.ThrowAsync<Invalid>(
            client.GetAsync(new Uri("http://rebind.test/"), Cancel)
        );
        failure.Code.ShouldBe("address_refused");
    }

    [Fact]
    public async Task A_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to()
    {
        await using var server = await LocalServer.StartAsync(http =>
            http.Response.WriteAsync(http.Request.Host.Host)
        );
        var asked = 0;
        using var client = Client(
            allow: ["127.0.0.0/8"],
            resolve: (_, _) =>
                Task.FromResult<IPAddress[]>(
                    ++asked == 1 ? [IPAddress.Loopback] : [IPAddress.Parse("10.0.0.1")]
                )
        );
        var fetched = await client.GetAsync(
            new Uri($"http://shop.test:{server.Address.Port}/"),
            Cancel
        );
        Encoding.UTF8.GetString(fetched.Bytes.Span).ShouldBe("shop.test");
        asked.ShouldBe(1);
    }

    [Theory]
    [InlineData("127.0.0.1:{port}")]
    [InlineData("127.0.0.0/8")]
    [InlineData("127.0.0.1")]
    public async Task An_allowed_address_is_fetched_with_its_type_and_status(string allow)
    {
        await using var server = await LocalServer.StartAsync(http =>
        {
            http.Response.StatusCode = 404;
            http.Response.ContentType = "text/plain; charset=utf-8";
            return http.Response.WriteAsync("nothing here");
        });
        using var client = Client(allow: [allow.Replace("{port}", $"{server.Address.Port}")]);
        var fetched = await client.GetAsync(server.Address, Cancel);
        fetched.Status.ShouldBe(HttpStatusCode.NotFound);
        fetched.ContentType.ShouldBe("text/plain");
        Encoding.UTF8.GetString(fetched.Bytes.Span).ShouldBe("nothing here");
    }

    [Fact]
    public async Task Allowing_one_port_allows_no_other()
    {
        await using var server = await LocalServer.StartAsync(_ => Task.CompletedTask);
        using var client = Client(allow: ["127.0.0.1:1", "localhost:1"]);
        await Should.ThrowAsync<Invalid>(client.GetAsync(server.Address, Cancel));
    }

    [Fact]
    public async Task A_redirect_to_an_address_that_is_not_allowed_is_refused()
    {
        var reached = false;
        await using var inner = await LocalServer.StartAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        await using var outer = await LocalServer.StartAsync(http =>
        {
            http.Response.Redirect(inner.Address.ToString());
            return Task.CompletedTask;
        });
        using var client = Client(allow: [$"127.0.0.1:{outer.Address.Port}"]);
        var failure = await Should.ThrowAsync<Invalid>(client.GetAsync(outer.Address, Cancel));
        failure.Code.ShouldBe("address_refused");
        reached.ShouldBeFalse();
    }

    [Fact]
    public async Task A_redirect_to_another_origin_goes_without_the_callers_headers_and_without_cookies()
    {
        string? authorization = "unset";
        string? cookie = "unset";
        await using var target = await LocalServer.StartAsync(http =>
        {
            authorization = http.Request.Headers.Authorization;
            cookie = http.Request.Headers.Cookie;
            return Task.CompletedTask;
        });
        await using var first = await LocalServer.StartAsync(http =>
        {
            http.Request.Headers.Authorization.ToString().ShouldBe("Bearer s3cret");
            http.Response.Cookies.Append("a", "b");
            http.Response.Redirect(new Uri(target.Address, "/there").ToString());
            return Task.CompletedTask;
        });
        using var client = Client(allow: ["127.0.0.1"]);
        await using var response = await client.SendAsync(
            new OutboundRequest(first.Address)
            {
                Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer s3cret" },
            },
            Cancel
        );
        response.Status.ShouldBe(HttpStatusCode.OK);
        response.Address.ShouldBe(new Uri(target.Address, "/there"));
        authorization.ShouldBeNull();
        cookie.ShouldBeNull();
    }

    [Fact]
    public async Task Five_redirects_are_followed_and_a_sixth_is_refused()
    {
        await using var server = await LocalServer.StartAsync(http =>
        {
            var left = int.Parse(http.Request.Path.Value!.TrimStart('/'));
            if (left > 0)
                http.Response.Redirect($"/{left - 1}");
            return Task.CompletedTask;
        });
        using var client = Client(allow: ["127.0.0.1"]);
        (
            await client.GetAsync(new Uri(server.Address, "/5"), Cancel)
        ).Address.AbsolutePath.ShouldBe("/0");
        var failure = await Should.ThrowAsync<Invalid>(
            client.GetAsync(new Uri(server.Address, "/6"), Cancel)
        );
        failure.Code.ShouldBe("too_many_redirects");
    }

    [Fact]
    public async Task A_request_with_a_body_is_posted_and_not_redirected()
    {
        await using var server = await LocalServer.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            http.Response.Headers["x-got"] = $"{http.Request.ContentType} {body}";
            http.Response.Redirect("/elsewhere");
        });
        using var client = Client(allow: ["127.0.0.1"]);
        await using var response = await client.SendAsync(
            new OutboundRequest(server.Address)
            {
                Method = HttpMethod.Post,
                Body = "{}"u8.ToArray(),
                ContentType = "application/json",
            },
            Cancel
        );
        response.Status.ShouldBe(HttpStatusCode.Redirect);
        response.Headers.GetValues("x-got").ShouldBe(["application/json {}"]);
    }

    [Fact]
    public async Task An_endless_body_ends_at_the_size_limit()
    {
        await using var server = await LocalServer.StartAsync(async http =>
        {
            var block = new byte[16 * 1024];
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(block, http.RequestAborted);
        });
        using var client = Client(allow: ["127.0.0.1"], maxBytes: 1_000_000);
        await Should.ThrowAsync<TooLarge>(client.GetAsync(server.Address, Cancel));
    }

    [Fact]
    public async Task A_decompression_bomb_ends_at_the_size_limit()
    {
        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new byte[20_000_000], Cancel);
        await using var server = await LocalServer.StartAsync(http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            return http.Response.Body.WriteAsync(bomb.ToArray()).AsTask();
        });
        bomb.Length.ShouldBeLessThan(200_000);
        using var client = Client(allow: ["127.0.0.1"], maxBytes: 1_000_000);
        await Should.ThrowAsync<TooLarge>(client.GetAsync(server.Address, Cancel));
    }

    [Fact]
    public async Task A_body_shorter_than_its_content_length_is_a_broken_answer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeRawAsync(
            listener,
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\nshort"
        );
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var client = Client(allow: ["127.0.0.1"]);
        await Should.ThrowAsync<Unavailable>(
            client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), Cancel)
        );
        await served;
    }

    [Fact]
    public async Task A_slow_body_ends_at_the_time_limit()
    {
        var begun = new TaskCompletionSource();
        await using var server = await LocalServer.StartAsync(async http =>
        {
            await http.Response.WriteAsync("a");
            await http.Response.Body.FlushAsync();
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted)
                .ContinueWith(_ => { }, TaskScheduler.Default);
        });
        var time = new FakeTimeProvider();
        using var client = Client(allow: ["127.0.0.1"], time: time);
        var fetching = client.GetAsync(server.Address, Cancel);
        await begun.Task;
        time.Advance(TimeSpan.FromSeconds(61));
        await Should.ThrowAsync<TimedOut>(fetching);
    }

    [Fact]
    public async Task A_callers_cancellation_stays_a_cancellation()
    {
        await using var server = await LocalServer.StartAsync(http =>
            Task.Delay(Timeout.Infinite, http.RequestAborted)
                .ContinueWith(_ => { }, TaskScheduler.Default)
        );
        using var client = Client(allow: ["127.0.0.1"]);
        using var cancellation = new CancellationTokenSource();
        var fetching = client.GetAsync(server.Address, cancellation.Token);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(fetching);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var client = Client(allow: ["127.0.0.1"]);
        await Should.ThrowAsync<Unavailable>(
            client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), Cancel)
        );
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("http://host/")]
    [InlineData("host/path")]
    [InlineData("user@host")]
    [InlineData("")]
    public void A_wrong_allow_entry_is_named_at_the_start(string entry) =>
        new OutboundOptions { Allow = [entry] }
            .Validate()
            .ShouldHaveSingleItem()
            .ShouldStartWith("Millrace:Outbound:Allow");

    [Fact]
    public void The_allow_list_is_read_from_the_settings()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Millrace:Outbound:Allow:0"] = "10.0.0.0/8",
                    ["Millrace:Outbound:Allow:1"] = "search.internal:8080",
                }
            )
            .Build();
        SectionRegistration
            .Bind<OutboundOptions>(configuration)
            .Allow.ShouldBe(["10.0.0.0/8", "search.internal:8080"]);
    }

    private static async Task ServeRawAsync(TcpListener listener, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancel);
        await using var stream = connection.GetStream();
        _ = await stream.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: Cancel);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancel);
    }

    private static GuardedClient Client(
        string[]? allow = null,
        long maxBytes = 26_214_400,
        ResolveHost? resolve = null,
        TimeProvider? time = null
    ) =>
        new(
            new OutboundOptions { Allow = allow ?? [], MaxBytes = maxBytes },
            time ?? TimeProvider.System,
            resolve
        );
}
