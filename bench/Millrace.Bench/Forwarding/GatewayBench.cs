using System.Diagnostics;
using Millrace.Bench.Bare;
using Millrace.Bench.Chatting;
using Millrace.Bench.Measuring;
using Millrace.Bench.Starting;

namespace Millrace.Bench.Forwarding;

/// <summary>
/// <c>/v1/chat/completions</c> of the published server, with authentication, limits, metering and traces, before an
/// upstream that takes no time; against a bare forwarder, another gateway, and the upstream itself.
/// </summary>
internal static class GatewayBench
{
    private const int Connections = 32;

    private const string Path = "/v1/chat/completions";

    private const string Body =
        """{"model":"instant","messages":[{"role":"system","content":"You are a miller."},{"role":"user","content":"How does the mill turn while nobody looks after it?"}],"max_tokens":64}""";

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        await using var upstream = await Child.OwnAsync(Role.Upstream);
        await using var forwarder = await Child.OwnAsync(
            Role.Forwarder,
            ("BENCH_UPSTREAM", upstream.Url)
        );
        await using var portkey = await PortkeyAsync(options);
        await using var millrace = await PublishedServer.StartAsync(
            options,
            scratch.File("data"),
            ("OPENAI_API_KEY", "upstream-key"),
            ("OPENAI_BASE_URL", $"{upstream.Url}/v1"),
            ("Millrace__Limits__Classes__default__gateway__PerMinute", "100000000"),
            ("Millrace__Limits__Classes__default__gateway__AtOnce", "0"),
            ("Millrace__Telemetry__OtlpEndpoint", upstream.Url)
        );
        Contender Load(string name, Child server, int connections) =>
            new(
                name,
                length =>
                    Wrk.RunAsync(
                        "post.lua",
                        $"{server.Url}{Path}",
                        connections,
                        length,
                        Body,
                        ChatServer.Key,
                        $"{upstream.Url}/v1"
                    )
            );
        Task<Race> RaceAsync(int connections) =>
            Race.RunAsync(
                options,
                Load("millrace", millrace, connections),
                Load("forwarder", forwarder, connections),
                Load("portkey", portkey, connections),
                Load("upstream", upstream, connections)
            );
        var many = await RaceAsync(Connections);
        var one = await RaceAsync(1);

        new Report("gateway", "connections and server", "1/s", "p50 ms", "p99 ms", "failed")
            .Row($"{Connections} millrace", many[0])
            .Row($"{Connections} bare forwarder", many[1])
            .Row($"{Connections} @portkey-ai/gateway", many[2])
            .Row($"{Connections} upstream itself", many[3])
            .Row("1 millrace", one[0])
            .Row("1 bare forwarder", one[1])
            .Row("1 @portkey-ai/gateway", one[2])
            .Row("1 upstream itself", one[3])
            .Result("ratio_forwarder", many.Ratio(0, 1, lap => lap.Rate))
            .Result("ratio_portkey", many.Ratio(0, 2, lap => lap.Rate))
            .Result("forwarder_ratio_portkey", many.Ratio(1, 2, lap => lap.Rate))
            .Result("added_p50_ms", one.Difference(0, 3, lap => lap.P50))
            .Result("p50_ms", many[0].P50)
            .Result("p99_ms", many[0].P99)
            .Result("portkey_p50_ms", many[2].P50)
            .Result("portkey_p99_ms", many[2].P99)
            .Print();
        return 0;
    }

    private static Task<Child> PortkeyAsync(BenchOptions options) =>
        Child.StartAsync(
            url => new ProcessStartInfo("node")
            {
                ArgumentList =
                {
                    System.IO.Path.Combine(
                        options.Text("--peers")
                            ?? throw new InvalidOperationException(
                                "Name the folder of the peers with --peers."
                            ),
                        "node_modules/@portkey-ai/gateway/build/start-server.js"
                    ),
                    "--headless",
                    $"--port={new Uri(url).Port}",
                },
            },
            "/",
            ("TRUSTED_CUSTOM_HOSTS", "127.0.0.1")
        );
}
