using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Millrace.Core.Telemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Millrace.Tests.Core.Telemetry;

public sealed class TelemetryTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_metrics_and_logs_reach_an_otlp_collector_with_the_services_name()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await LocalServer.StartAsync(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, Cancel);
            var text = Encoding.Latin1.GetString(body.ToArray());
            received.AddOrUpdate(http.Request.Path.Value!, text, (_, before) => before + text);
        });
        await using var services = Services(
            ("Millrace:Telemetry:OtlpEndpoint", collector.Address.ToString()),
            ("Millrace:Telemetry:ServiceName", "mill-on-the-brook")
        );
        using var source = new ActivitySource("Millrace.Tests.Otlp");
        using var meter = new Meter("Millrace.Tests.Otlp");
        var tracing = services.GetRequiredService<TracerProvider>();
        var metrics = services.GetRequiredService<MeterProvider>();
        source.StartActivity("grind")!.Dispose();
        meter.CreateCounter<int>("sacks").Add(3);
        services
            .GetRequiredService<ILogger<TelemetryTests>>()
            .LogWarning(
                new InvalidOperationException("Authorization: Bearer abcdef0123456789"),
                "flour is low"
            );
        tracing.ForceFlush();
        metrics.ForceFlush();
        await services.DisposeAsync();

        received["/v1/traces"].ShouldContain("grind");
        received["/v1/traces"].ShouldContain("mill-on-the-brook");
        received["/v1/metrics"].ShouldContain("sacks");
        received["/v1/logs"].ShouldContain("flour is low");
        received["/v1/logs"].ShouldContain("InvalidOperationException");
        received["/v1/logs"].ShouldNotContain("abcdef0123456789");
    }

    [Fact]
    public async Task Nothing_is_exported_when_no_address_is_set()
    {
        await using var services = Services();
        services.GetService<TracerProvider>().ShouldBeNull();
        services.GetService<MetricsPage>().ShouldNotBeNull();
    }

    [Fact]
    public void A_log_line_is_one_json_object_with_the_request_id()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var outer = scopes.Push(new Dictionary<string, object?> { ["RequestId"] = "req-1" });
        using var json = JsonDocument.Parse(
            Line(
                new JsonLines(),
                "line one\nline two",
                new InvalidOperationException("broken"),
                scopes
            )
        );
        var root = json.RootElement;
        root.GetProperty("request_id").GetString().ShouldBe("req-1");
        root.GetProperty("level").GetString().ShouldBe("warn");
        root.GetProperty("category").GetString().ShouldBe("Millrace.Core.Test");
        root.GetProperty("message").GetString().ShouldBe("line one\nline two");
        root.GetProperty("exception").GetString()!.ShouldContain("broken");
        root.GetProperty("time").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("calling with Authorization: Bearer {0}")]
    [InlineData("header api-key: {0} refused")]
    [InlineData("x-api-key={0}")]
    [InlineData("GET /chat?api_key={0}&x=1")]
    [InlineData("{{\"password\":\"{0}\"}}")]
    [InlineData("Bearer {0}")]
    [InlineData("the key sk-{0} was refused")]
    public void What_looks_like_a_credential_is_struck_out(string form)
    {
        const string Secret = "9f86d081884c7d659a2feaa0c55ad015";
        var message = string.Format(form, Secret);
        foreach (
            ConsoleFormatter formatter in (ConsoleFormatter[])[new JsonLines(), new TextLines()]
        )
        {
            var line = Line(formatter, message, new InvalidOperationException(message), null);
            line.ShouldNotContain(Secret);
            line.ShouldContain("[redacted]");
        }
    }

    [Fact]
    public void A_value_is_struck_out_by_its_name_and_others_are_kept()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var scope = scopes.Push(
            new Dictionary<string, object?> { ["ApiKey"] = "0123456789abcdef", ["Tokens"] = 4711 }
        );
        var line = Line(new JsonLines(), "tokens: 12 used, session s1", null, scopes);
        line.ShouldNotContain("0123456789abcdef");
        line.ShouldContain("4711");
        line.ShouldContain("tokens: 12 used, session s1");
    }

    private static string Line(
        ConsoleFormatter formatter,
        string message,
        Exception? exception,
        IExternalScopeProvider? scopes
    )
    {
        var text = new StringWriter();
        var entry = new LogEntry<string>(
            LogLevel.Warning,
            "Millrace.Core.Test",
            default,
            message,
            exception,
            (state, _) => state
        );
        formatter.Write(entry, scopes, text);
        return text.ToString().TrimEnd('\n');
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)
            )
            .Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddTelemetry(configuration)
            .BuildServiceProvider();
    }
}
