using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>An agent as its client knows it: its id and its secrets, and what it does with them.</summary>
internal sealed class AgentClient(HttpClient http, JsonNode registered) : IDisposable
{
    public string Id { get; } = registered["agent_id"]!.ToString();

    public JsonNode Registered { get; } = registered;

    public string RecoveryKey { get; set; } = registered["recovery_key"]!.ToString();

    public string ApiKey { get; set; } = "";

    public string Token { get; set; } = "";

    /// <summary>Registers an agent, without a key yet.</summary>
    public static async Task<AgentClient> RegisterAsync(
        TestServer server,
        string? name = null,
        string? email = null
    )
    {
        var http = new HttpClient { BaseAddress = server.Address };
        var body = new JsonObject { ["agent_name"] = name ?? $"agent-{Guid.NewGuid():N}"[..20] };
        if (email is not null)
            body["email"] = email;
        var answer = await http.CallAsync("POST", "/api/auth/register", body: body.ToJsonString());
        answer.Status.ShouldBe(201, answer.Text);
        return new AgentClient(http, answer.Json);
    }

    /// <summary>Registers an agent and takes a token by a new key.</summary>
    public static async Task<AgentClient> LogInAsync(
        TestServer server,
        string? name = null,
        string keyBody = """{"name":"cli"}"""
    )
    {
        var agent = await RegisterAsync(server, name);
        await agent.TakeTokenAsync(keyBody);
        return agent;
    }

    public async Task TakeTokenAsync(string keyBody = """{"name":"cli"}""")
    {
        var key = await RecoveryAsync("POST", $"/api/agents/{Id}", keyBody);
        key.Status.ShouldBe(201, key.Text);
        ApiKey = key["api_key"];
        var token = await ExchangeAsync();
        token.Status.ShouldBe(200, token.Text);
        Token = token["access_token"];
    }

    public Task<Answer> ExchangeAsync(string body = """{"grant_type":"client_credentials"}""") =>
        http.CallAsync("POST", "/api/auth/token", Basic(Id, ApiKey), body);

    /// <summary>With the token.</summary>
    public Task<Answer> CallAsync(
        string method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    ) => http.CallAsync(method, path, $"Bearer {Token}", body, headers: headers);

    /// <summary>With the recovery key.</summary>
    public Task<Answer> RecoveryAsync(string method, string path, string? body = null) =>
        http.CallAsync(method, path, Basic(Id, RecoveryKey), body);

    public static string Basic(string id, string secret) =>
        $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"))}";

    public void Dispose() => http.Dispose();
}

/// <summary>What a client sees of an answer.</summary>
internal sealed record Answer(int Status, string Text, HttpResponseHeaders Headers, string? Type)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Code => Json["error"]!["code"]!.ToString();

    public string this[string field] => Json[field]!.ToString();

    /// <summary>A member that has to be there, though it may be null.</summary>
    public JsonNode? Member(string name) => Json.Member(name);

    public string Header(string name) =>
        Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    public void ShouldFail(int status, string code)
    {
        Status.ShouldBe(status, Text);
        Code.ShouldBe(code);
    }
}

internal static class Calls
{
    /// <summary>Asks, and fails when the answer breaks a rule that every answer keeps: see <see cref="WireRules"/>.</summary>
    public static async Task<Answer> CallAsync(
        this HttpClient http,
        string method,
        string path,
        string? authorization = null,
        string? body = null,
        string? type = "application/json",
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var seen = new Answer(
            (int)answer.StatusCode,
            text,
            answer.Headers,
            answer.Content.Headers.ContentType?.ToString()
        );
        WireRules.Check(method, path, seen);
        return seen;
    }
}
