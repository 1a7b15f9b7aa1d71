using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Millrace.Testing.Doubles;

/// <summary>Lists its models in Ollama's own form, and chats in OpenAI's.</summary>
public sealed class OllamaDouble : OpenAiDouble
{
    private OllamaDouble(int port)
        : base(port) { }

    public static new Task<OllamaDouble> StartAsync() => StartAsync(port: 0);

    public static Task<OllamaDouble> StartAsync(int port) => StartAsync(new OllamaDouble(port));

    protected override void Map(WebApplication app)
    {
        base.Map(app);
        app.MapGet("/api/tags", ListTagsAsync);
    }

    private async Task ListTagsAsync(HttpContext context)
    {
        if (await ReceiveAsync(context) is null)
            return;
        await WriteAsync(
            context,
            JsonNode.Parse(
                """{"models":[{"name":"llama3.2:3b","model":"llama3.2:3b"},{"name":"nomic-embed-text:latest","model":"nomic-embed-text:latest"}]}"""
            )!
        );
    }
}
