using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Failures;
using Millrace.Api.Shared.Streams;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Failures;
using Millrace.Core.Limits;
using Millrace.Core.Telemetry;

namespace Millrace.Tests.Api.Shared;

public sealed class HttpRulesTests : IAsyncLifetime
{
    private readonly WebApplication _app = Build();
    private readonly HttpClient _client = new();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/fine", 200)]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("DELETE", "/fine", 405)]
    [InlineData("GET", "/limited", 429)]
    [InlineData("GET", "/broken", 500)]
    [InlineData("GET", "/stream", 200)]
    [InlineData("OPTIONS", "/fine", 200)]
    public async Task Every_answer_carries_the_callers_request_id(
        string method,
        string path,
        int status
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("x-request-id", "r-1:A_b.2");
        using var answer = await _client.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Headers.GetValues("X-Request-ID").ShouldBe(["r-1:A_b.2"]);
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("has space")]
    [InlineData("a/b")]
    [InlineData(
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    )]
    public async Task A_missing_or_odd_request_id_is_replaced_by_a_uuid(string? sent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/fine");
        if (sent is not null)
            request.Headers.Add("X-Request-Id", sent);
        using var answer = await _client.SendAsync(request);
        var id = answer.Headers.GetValues("X-Request-ID").Single();
        Guid.Parse(id).Version.ShouldBe(4);
    }

    [Fact]
    public async Task A_fault_tells_nothing_of_the_servers_inside()
    {
        using var answer = await _client.GetAsync("/broken");
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldNotContain("secret inside");
        text.ShouldNotContain("   at ");
        JsonNode.Parse(text)!["code"]!.ToString().ShouldBe("internal_error");
    }

    [Fact]
    public async Task A_refusal_for_now_says_when_to_come_back()
    {
        using var answer = await _client.GetAsync("/limited");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData("/fine/")]
    [InlineData("/fine")]
    public async Task A_path_works_with_and_without_trailing_slash(string path)
    {
        using var answer = await _client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_can_be_read_answers_head_without_a_body()
    {
        using var answer = await _client.SendAsync(new(HttpMethod.Head, "/fine"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/fine", "br")]
    [InlineData("/stream", null)]
    public async Task Json_is_compressed_and_streams_are_not(string path, string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept-Encoding", "br");
        using var answer = await _client.SendAsync(request);
        answer.Content.Headers.ContentEncoding.SingleOrDefault().ShouldBe(encoding);
    }

    [Theory]
    [InlineData(1000, false, 200)]
    [InlineData(1000, true, 200)]
    [InlineData(1001, false, 413)]
    [InlineData(1001, true, 413)]
    [InlineData(4_000_000, true, 413)]
    public async Task A_body_is_measured_while_it_is_read(int size, bool chunked, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/small")
        {
            Content = new ByteArrayContent(new byte[size]),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await _client.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(status);
        if (status == 200)
            (await answer.Content.ReadAsStringAsync()).ShouldBe($"{size}");
    }

    [Fact]
    public async Task Bodies_that_together_fill_the_budget_get_429_and_leave_it_free_again()
    {
        var large = new byte[30 * 1024 * 1024];
        using var holding = new SemaphoreSlim(0);
        _app.Services.GetRequiredService<Gate>().Open = holding;
        var posts = Enumerable
            .Range(0, 4)
            .Select(_ => _client.PostAsync("/large", new ByteArrayContent(large)))
            .ToList();
        var refused = await await Task.WhenAny(posts);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        holding.Release(10);
        (await Task.WhenAll(posts)).ShouldContain(answer => answer.IsSuccessStatusCode);
        using var again = await _client.PostAsync("/large", new ByteArrayContent(large));
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_preflight_names_what_is_allowed()
    {
        using var answer = await _client.SendAsync(new(HttpMethod.Options, "/small"));
        answer.Headers.GetValues("Access-Control-Allow-Headers").Single().ShouldContain("api-key");
        answer.Headers.GetValues("Access-Control-Max-Age").ShouldBe(["600"]);
    }

    [Theory]
    [InlineData("x-api-key,anthropic-version,x-stainless-os", true)]
    [InlineData("x-odd\"header", false)]
    public async Task A_preflight_allows_what_a_page_asks_for_when_it_is_names(
        string asked,
        bool allowed
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/small");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", asked);
        using var answer = await _client.SendAsync(request);
        var names = answer.Headers.GetValues("Access-Control-Allow-Headers").Single();
        names.ShouldStartWith("api-key, ");
        names.EndsWith(asked, StringComparison.Ordinal).ShouldBe(allowed);
    }

    [Fact]
    public async Task A_request_that_is_not_http_gets_a_clean_end()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_client.BaseAddress!.Host, _client.BaseAddress.Port);
        await socket.GetStream().WriteAsync("NONSENSE\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(socket.GetStream());
        (await reader.ReadLineAsync()).ShouldBe("HTTP/1.1 400 Bad Request");
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration["Millrace:Limits:BodyBudgetBytes"] = $"{100 << 20}";
        builder.Services.AddLimits(builder.Configuration);
        builder.Services.AddTelemetry(builder.Configuration);
        builder.Services.AddHttpRules(builder.Configuration);
        builder.Services.AddSingleton<IFailureWriter, TBackendFailures>();
        builder.Services.AddSingleton<Gate>();
        var app = builder.Build();
        app.UseHttpRules();
        app.MapRead("/fine", () => Results.Json(new { Text = new string('x', 500) }));
        app.MapGet("/limited", () => Fail(new Limited("slow", "Slow.", TimeSpan.FromSeconds(6.2))));
        app.MapGet("/broken", () => Fail(new InvalidOperationException("secret inside")));
        app.MapGet(
            "/stream",
            async (HttpContext http) =>
            {
                var stream = new SseWriter(http.Response);
                await stream.BeginAsync(http.RequestAborted);
                await stream.TextAsync(new string('x', 5000), http.RequestAborted);
            }
        );
        app.MapPost(
            "/small",
            (HttpContext http, BodyBudget budget) => LengthAsync(http, budget, 1000)
        );
        app.MapPost(
            "/large",
            async (HttpContext http, BodyBudget budget, Gate gate) =>
            {
                using var body = await budget.ReadAsync(
                    http.Request.Body,
                    http.Request.ContentLength,
                    36 * 1024 * 1024,
                    http.RequestAborted
                );
                await gate.Open!.WaitAsync();
                return Results.Ok();
            }
        );
        return app;
    }

    private static async Task<IResult> LengthAsync(HttpContext http, BodyBudget budget, int limit)
    {
        using var body = await budget.ReadAsync(
            http.Request.Body,
            http.Request.ContentLength,
            limit,
            http.RequestAborted
        );
        return Results.Text($"{body.Bytes.Length}");
    }

    private static IResult Fail(Exception exception) => throw exception;

    private sealed class Gate
    {
        public SemaphoreSlim? Open { get; set; }
    }
}
