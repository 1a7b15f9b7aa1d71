using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

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
    public async Task What_callers_say_store_and_ask_is_in_no_line_of_a_log()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var server = await ServerProcess.StartAsync(
            new Settings { ["Models:Default"] = "local" }.Serve("large", upstream).Unlimited()
        );
        // The first start shows the first key, once.
        await server.StopAsync();
        await server.RestartAsync();
        var store = (await PostAsync("/files/vector-stores", new { name = "Herons" }))["id"];
        using var form = new MultipartFormDataContent
        {
            { new StringContent("Bitterns nest in the reeds."), "file", "egrets.txt" },
        };
        using var uploaded = await server.Client.PostAsync("/files/upload", form);
        var file = (await uploaded.Content.ReadFromJsonAsync<JsonObject>())!["file_id"]!;
        await PostAsync($"/files/vector-stores/{store}/files", new { file_id = file });
        await PostAsync($"/files/vector-stores/{store}/search", new { query = "Curlews" });
        var graphs = await server.Client.GetFromJsonAsync<JsonObject>("/graph/accessible");
        var graph = $"/graph/{graphs!["graphs"]![0]!["id"]}";
        var facts = new { fact = "Plovers live in Dovetown", session_id = "Lapwings" };
        await PostAsync($"{graph}/facts", new[] { facts });
        using (await server.Client.GetAsync($"{graph}/query?query=Godwits")) { }
        using (await server.Client.GetAsync($"{graph}/facts?session_id=Lapwings&q=Sandpipers")) { }
        await server.ChatAsync(new { message = "My dentist is Dunlin.", session_id = "Lapwings" });
        // A message is in none of these either: a model that fails and says it again, and a body that is refused.
        upstream.Answer = request =>
            request.Text.Contains("Whimbrel", StringComparison.Ordinal)
                ? Behaviour.Fails(400, "Whimbrels are not welcome here")
                : Behaviour.Says("Redshanks");
        await server.ChatAsync(new { message = "Where are Whimbrels?", model = "large" });
        await server.ChatAsync(new { message = "And others?", model = "large" });
        using (await server.Client.PostAsJsonAsync("/chat", new { message = 7, x = "Knots" })) { }
        using (var wrong = server.WithKey("ak_turnstones_turnstones_turnstones"))
        using (await wrong.GetAsync("/graph/accessible")) { }

        // What is read of the turn and of the document is read in the background.
        while (
            (await server.Client.GetFromJsonAsync<JsonArray>($"{graph}/facts"))!.Count < 2
            || (await server.Client.GetFromJsonAsync<JsonObject>("/graph/debug"))![
                "tasks_waiting"
            ]!.GetValue<long>() > 0
        ) { }
        (await server.StopAsync()).ShouldBe(0);
        server.Output.ShouldContain("POST /chat 200");
        foreach (
            var said in "Heron Bittern reeds egrets Curlew Plover Dovetown Lapwing Godwit Sandpiper dentist Dunlin Whimbrel Redshank Knots turnstones".Split(
                ' '
            )
        )
            server.Output.ShouldNotContain(said, Case.Insensitive);
        foreach (var key in new[] { server.Key, "upstream-key" })
            server.Output.ShouldNotContain(key);

        async Task<JsonNode> PostAsync(string path, object body)
        {
            using var answer = await server.Client.PostAsJsonAsync(path, body);
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        }
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
