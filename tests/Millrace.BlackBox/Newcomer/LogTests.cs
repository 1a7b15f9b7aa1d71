using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;

namespace Millrace.BlackBox.Newcomer;

public sealed class LogTests
{
    [Fact]
    public async Task Each_request_leaves_one_line_that_holds_nothing_of_the_callers()
    {
        await using var server = await ServerProcess.StartAsync();
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            "/chat?output=text&hidden=heron"
        )
        {
            Content = JsonContent.Create(new { message = "What is 17*23?" }),
        };
        request.Headers.Add("X-Request-Id", "r-1");
        using (var response = await server.Client.SendAsync(request))
            response.EnsureSuccessStatusCode();
        using (await server.Client.GetAsync("/nowhere/heron")) { }

        var line = JsonNode.Parse(await server.LineAsync("\"request_id\":\"r-1\""))!;
        line["event"]!.ToString().ShouldBe("Request");
        line["method"]!.ToString().ShouldBe("POST");
        line["route"]!.ToString().ShouldBe("/chat");
        line["status"]!.ToString().ShouldBe("200");
        long.Parse(line["duration_us"]!.ToString()).ShouldBeGreaterThan(0);
        Guid.TryParse(line["workspace"]!.ToString(), out _).ShouldBeTrue();
        await server.LineAsync("GET (none) 404");
        server.Output.ShouldNotContain("hidden");
        server.Output.ShouldNotContain("17*23");
    }

    [Fact]
    public async Task The_lines_of_requests_can_be_switched_off()
    {
        await using var server = await ServerProcess.StartAsync(
            new Settings { ["Millrace__Telemetry__RequestLog"] = "false" }
        );
        using (await server.Client.GetAsync("/health")) { }
        (await server.StopAsync()).ShouldBe(0);
        server.Output.ShouldNotContain("\"event\":\"Request\"");
    }
}
