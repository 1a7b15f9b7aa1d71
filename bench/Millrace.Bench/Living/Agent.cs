using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Millrace.Bench.Living;

/// <summary>An agent with a token.</summary>
internal sealed record Agent(string Id, string Token)
{
    private const int AtOnce = 16;

    public static async Task<Agent[]> RegisterAsync(HttpClient http, string name, int count)
    {
        var agents = new Agent[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, _) => agents[number] = await RegisterAsync(http, $"{name}-{number}")
        );
        return agents;
    }

    public static async Task<Agent> RegisterAsync(HttpClient http, string name)
    {
        var registered = await CallAsync(
            http,
            null,
            HttpMethod.Post,
            "/api/auth/register",
            new JsonObject { ["agent_name"] = name }
        );
        var id = registered["agent_id"]!.ToString();
        var key = await CallAsync(
            http,
            Basic(id, registered["recovery_key"]!.ToString()),
            HttpMethod.Post,
            $"/api/agents/{id}",
            new JsonObject { ["name"] = "bench" }
        );
        var token = await CallAsync(
            http,
            Basic(id, key["api_key"]!.ToString()),
            HttpMethod.Post,
            "/api/auth/token",
            new JsonObject { ["grant_type"] = "client_credentials" }
        );
        return new Agent(id, token["access_token"]!.ToString());
    }

    /// <summary>Makes a group of this agent and others, and gives its id.</summary>
    public async Task<string> GroupAsync(HttpClient http, IEnumerable<Agent> others)
    {
        var ids = new JsonArray([.. others.Select(other => JsonValue.Create(other.Id))]);
        var made = await CallAsync(
            http,
            Bearer,
            HttpMethod.Post,
            "/api/conversations",
            new JsonObject { ["name"] = "bench", ["member_ids"] = ids }
        );
        return made["conversation_id"]!.ToString();
    }

    public Task SendAsync(HttpClient http, string conversation, string content) =>
        CallAsync(
            http,
            Bearer,
            HttpMethod.Post,
            "/api/messages",
            new JsonObject { ["conversation_id"] = conversation, ["content"] = content }
        );

    public async Task<string> AddWebhookAsync(HttpClient http, string url)
    {
        var made = await CallAsync(
            http,
            Bearer,
            HttpMethod.Post,
            "/api/webhooks",
            new JsonObject { ["url"] = url, ["event_types"] = new JsonArray("message.created") }
        );
        return made["webhook_id"]!.ToString();
    }

    private AuthenticationHeaderValue Bearer => new("Bearer", Token);

    private static AuthenticationHeaderValue Basic(string id, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));

    private static async Task<JsonNode> CallAsync(
        HttpClient http,
        AuthenticationHeaderValue? authorization,
        HttpMethod method,
        string path,
        JsonObject body
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = authorization;
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
    }
}
