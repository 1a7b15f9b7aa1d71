using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Failures;
using Millrace.Api.Shared.Idempotency;
using Millrace.Api.Shared.Streams;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Failures;
using Millrace.Core.Idempotency;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Shared;

public sealed class IdempotencyRouteTests : IAsyncLifetime
{
    private const int Limit = 3 * 1024 * 1024;

    private static readonly Id<Workspace> Ada = Id<Workspace>.Random();

    private readonly HttpClient _client = new();
    private int _runs;
    private TestStore? _test;
    private WebApplication? _app;

    public async ValueTask InitializeAsync()
    {
        _test = await TestStore.CreateAsync(Dialect.Sqlite);
        _app = Build(_test.Store);
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app!.DisposeAsync();
        await _test!.DisposeAsync();
    }

    [Fact]
    public async Task A_repeat_gets_the_same_answer_and_is_told_so()
    {
        using var first = await PostAsync("/count", """{"a":1,"b":2}""", "k");
        using var second = await PostAsync("/count", """{ "b": 2, "a": 1 }""", "k");

        _runs.ShouldBe(1);
        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await TextAsync(second)).ShouldBe(await TextAsync(first));
        second.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        second.Headers.Contains("X-Request-ID").ShouldBeTrue();
    }

    [Fact]
    public async Task Without_a_key_each_request_runs_and_has_its_whole_body()
    {
        using var first = await PostAsync("/count", "{}", key: null);
        using var second = await PostAsync("/count", "{}", key: null);

        _runs.ShouldBe(2);
        (await TextAsync(second)).ShouldContain("\"length\":2");
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict()
    {
        using var first = await PostAsync("/count", """{"a":1}""", "k");
        using var second = await PostAsync("/count", """{"a":2}""", "k");

        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TextAsync(second)).ShouldContain("idempotency_key_reused");
        _runs.ShouldBe(1);
    }

    [Theory]
    [InlineData("/refused", 503)]
    [InlineData("/failing", 404)]
    [InlineData("/broken", 500)]
    public async Task An_answer_that_is_not_kept_arrives_whole_and_the_repeat_runs(
        string path,
        int status
    )
    {
        for (var run = 1; run <= 2; run++)
        {
            using var answer = await PostAsync(path, "{}", "k");
            ((int)answer.StatusCode).ShouldBe(status);
            (await TextAsync(answer)).ShouldNotBeEmpty();
            _runs.ShouldBe(run);
        }
    }

    [Fact]
    public async Task Requests_at_once_run_once()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => PostAsync("/count", "{}", "k"))
        );

        _runs.ShouldBe(1);
        var texts = await Task.WhenAll(answers.Select(TextAsync));
        texts.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_stream_passes_as_it_is_made_and_frees_its_key_when_it_begins()
    {
        using var first = await SendAsync(
            "/stream",
            new StringContent("{}"),
            "k",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var second = await SendAsync(
            "/stream",
            new StringContent("{}"),
            "k",
            HttpCompletionOption.ResponseHeadersRead
        );
        _app!.Services.GetRequiredService<TaskCompletionSource>().SetResult();

        foreach (var answer in new[] { first, second })
            (await TextAsync(answer)).ShouldBe(": ok\n\ndata: end\n\n");
        _runs.ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_arrives_whole_and_its_repeat_is_a_conflict()
    {
        using var first = await PostAsync("/large", "{}", "k");
        using var second = await PostAsync("/large", "{}", "k");

        (await TextAsync(first)).Length.ShouldBe(2_000_000);
        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TextAsync(second)).ShouldContain("idempotency_answer_too_large");
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task Multipart_bodies_are_the_same_when_their_parts_are()
    {
        using var first = await SendAsync("/count", Form("boundary-1", "text"), "k");
        using var second = await SendAsync("/count", Form("another", "text"), "k");
        using var third = await SendAsync("/count", Form("boundary-1", "other"), "k");

        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        second.Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        third.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_large_body_reaches_the_endpoint_and_one_above_the_limit_is_refused()
    {
        using var large = await PostAsync("/count", new string('x', Limit), "k1");
        using var larger = await PostAsync("/count", new string('x', Limit + 1), "k2");

        (await TextAsync(large)).ShouldContain($"\"length\":{Limit}");
        larger.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_long_key_is_cut()
    {
        var key = new string('k', 128);
        using var first = await PostAsync("/count", "{}", key + "1");
        using var second = await PostAsync("/count", "{}", key + "2");

        second.Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body, string? key) =>
        SendAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), key);

    private async Task<HttpResponseMessage> SendAsync(
        string path,
        HttpContent content,
        string? key,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (key is not null)
            request.Headers.Add("X-Idempotency-Key", key);
        return await _client.SendAsync(request, completion);
    }

    private static MultipartFormDataContent Form(string boundary, string text)
    {
        var part = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        part.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        return new MultipartFormDataContent(boundary) { { part, "file", "a.txt" } };
    }

    private static Task<string> TextAsync(HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync();

    private WebApplication Build(Store store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddHttpRules();
        builder.Services.AddSingleton<IFailureWriter, TBackendFailures>();
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IdempotencyService>();
        builder.Services.AddSingleton(new TaskCompletionSource());
        builder.Services.AddIdempotentRoutes();
        var app = builder.Build();
        app.UseHttpRules();
        app.UseIdempotency();
        var routes = app.MapGroup("")
            .WithIdempotency(
                new IdempotencyPolicy
                {
                    Header = "X-Idempotency-Key",
                    Scope = _ => new IdempotencyScope(Ada, "test"),
                    LargestRequest = Limit,
                }
            );
        routes.MapPost("/count", (Delegate)CountAsync);
        routes.MapPost("/refused", () => Counted(Results.Json(new { No = 1 }, statusCode: 503)));
        routes.MapPost(
            "/failing",
            () => Counted(null) ?? throw new NotFound("store_not_found", "There is none.")
        );
        routes.MapPost("/broken", () => Counted(null) ?? throw new InvalidOperationException());
        routes.MapPost("/large", () => Counted(Results.Text(new string('x', 2_000_000))));
        routes.MapPost("/stream", StreamAsync);
        return app;
    }

    private async Task<IResult> CountAsync(HttpContext http)
    {
        var run = Interlocked.Increment(ref _runs);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        return Results.Created($"/runs/{run}", new { Run = run, body.Length });
    }

    private async Task StreamAsync(HttpContext http, TaskCompletionSource release)
    {
        Interlocked.Increment(ref _runs);
        var stream = new SseWriter(http.Response);
        await stream.BeginAsync(http.RequestAborted);
        await release.Task;
        await stream.TextAsync("end", http.RequestAborted);
    }

    private IResult? Counted(IResult? result)
    {
        Interlocked.Increment(ref _runs);
        return result;
    }
}
