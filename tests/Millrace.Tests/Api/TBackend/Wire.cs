using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Millrace.Tests.Api.TBackend;

/// <summary>What clients of the contract do.</summary>
internal static class Wire
{
    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static StringContent Json(object value) =>
        Json(System.Text.Json.JsonSerializer.Serialize(value));

    public static Task<HttpResponseMessage> ChatAsync(
        this HttpClient client,
        object body,
        string query = ""
    ) => client.PostAsync($"/chat{query}", Json(body));

    /// <summary>The reply of a chat that has to succeed.</summary>
    public static async Task<JsonNode> SayAsync(
        this HttpClient client,
        object body,
        string query = ""
    )
    {
        using var answer = await client.ChatAsync(body, query);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(200, text);
        return JsonNode.Parse(text)!;
    }

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonNode>())!;

    public static string Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : "";

    /// <summary>The events of a stream: what stands behind <c>data:</c>, lines of one event joined.</summary>
    public static List<string> Events(string stream) =>
        [
            .. stream
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(frame =>
                    frame
                        .Split('\n')
                        .Where(line => line.StartsWith("data: ", StringComparison.Ordinal))
                )
                .Where(lines => lines.Any())
                .Select(lines => string.Join('\n', lines.Select(line => line["data: ".Length..]))),
        ];
}
