using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Millrace.Bench.Chatting;

/// <summary>Says things to <c>/chat</c>.</summary>
internal sealed class ChatClient(string url, string key) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(url) };

    /// <summary>Gives the reply; throws when there is none.</summary>
    public async Task<string> SayAsync(string session, string message, Guid? requestId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Headers = { { "api-key", key } },
            Content = JsonContent.Create(
                new JsonObject
                {
                    ["message"] = message,
                    ["session_id"] = session,
                    ["request_id"] = requestId?.ToString(),
                }
            ),
        };
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>();
        return (string?)body!["reply"]
            ?? throw new InvalidOperationException("The answer has no reply.");
    }

    public void Dispose() => _http.Dispose();
}
