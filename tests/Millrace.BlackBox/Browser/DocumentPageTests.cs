using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;

namespace Millrace.BlackBox.Browser;

/// <summary>The documentation pages in a real browser.</summary>
public sealed class DocumentPageTests
{
    private static readonly string Chromium = "/usr/bin/chromium";

    [Theory]
    [InlineData("swagger")]
    [InlineData("redoc")]
    public async Task Page_loads_from_this_server_alone_and_works(string scenario)
    {
        if (!File.Exists(Chromium))
            Scripts.Missing("chromium (Debian package chromium)");
        await using var server = await ServerProcess.StartAsync();
        var seen = JsonNode.Parse(
            await Scripts.NodeAsync(
                "pages.mjs",
                scenario,
                new Dictionary<string, string>
                {
                    ["BASE_URL"] = server.Address,
                    ["CHROMIUM"] = Chromium,
                    ["SCREENSHOTS"] =
                        Environment.GetEnvironmentVariable("MILLRACE_TEST_SCREENSHOTS") ?? "",
                }
            )
        )!;
        seen["requests"]!.GetValue<int>().ShouldBeGreaterThan(2);
        seen["elsewhere"]!.AsArray().ShouldBeEmpty();
        seen["complaints"]!.AsArray().ShouldBeEmpty();
    }
}
