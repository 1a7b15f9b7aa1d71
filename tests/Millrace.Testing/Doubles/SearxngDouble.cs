using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Millrace.Testing.Doubles;

/// <summary>A search server that finds what <see cref="ModelDouble.Always"/> says as its raw body.</summary>
public sealed class SearxngDouble : ModelDouble
{
    public static Task<SearxngDouble> StartAsync(string title, string content)
    {
        var found = new JsonObject
        {
            ["title"] = title,
            ["url"] = "https://example.com/",
            ["content"] = content,
        };
        var answer = new JsonObject { ["results"] = new JsonArray(found) };
        return StartAsync(
            new SearxngDouble { Always = new Behaviour { RawBody = answer.ToJsonString() } }
        );
    }

    protected override void Map(WebApplication app) => app.MapGet("/search", SearchAsync);

    private async Task SearchAsync(HttpContext context) => await ReceiveAsync(context);

    protected override JsonNode Error(int status, string message) => message;
}
