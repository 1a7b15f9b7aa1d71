using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Millrace.Bench.Talking;

/// <summary>Agents that register over HTTP, each with a group of its own.</summary>
internal static class Agents
{
    /// <summary>A line for each: its token and its conversation.</summary>
    public static async Task<List<string>> RegisterAsync(string server, int count)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server) };
        var lines = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            var agent = await AskAsync(
                http,
                "/api/auth/register",
                null,
                new JsonObject { ["agent_name"] = $"bench-{i}" }
            );
            var id = $"{agent["agent_id"]}";
            var key = await AskAsync(
                http,
                $"/api/agents/{id}",
                Basic(id, $"{agent["recovery_key"]}"),
                new JsonObject { ["name"] = "bench" }
            );
            var token = await AskAsync(
                http,
                "/api/auth/token",
                Basic(id, $"{key["api_key"]}"),
                new JsonObject { ["grant_type"] = "client_credentials" }
            );
            var bearer = new AuthenticationHeaderValue("Bearer", $"{token["access_token"]}");
            var group = await AskAsync(http, "/api/conversations", bearer, []);
            lines.Add($"{token["access_token"]} {group["conversation_id"]}");
        }
        return lines;
    }

    private static async Task<JsonNode> AskAsync(
        HttpClient http,
        string path,
        AuthenticationHeaderValue? credential,
        JsonObject body
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body),
        };
        request.Headers.Authorization = credential;
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static AuthenticationHeaderValue Basic(string id, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
}
