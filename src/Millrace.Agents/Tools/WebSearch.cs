using System.ComponentModel;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Millrace.Core.Settings;
using Millrace.Core.Text;

namespace Millrace.Agents.Tools;

/// <summary>Where the web is searched.</summary>
public sealed class SearchOptions : ISection
{
    public static string Name => "Search";

    /// <summary>The address of a SearXNG-compatible server that answers JSON; empty offers no web search.</summary>
    public string SearxngUrl { get; set; } = "";

    public IEnumerable<string> Validate()
    {
        if (SearxngUrl.Length > 0 && !Uri.TryCreate(SearxngUrl, UriKind.Absolute, out _))
            yield return "Millrace:Search:SearxngUrl must be an absolute address, such as http://127.0.0.1:8888.";
    }
}

/// <summary>Searches the web through the operator's own search server. The address is the operator's, never a model's.</summary>
internal sealed class WebSearch : IToolSource, IDisposable
{
    private const int MostResults = 6;
    private const int LongestSnippet = 500;

    private readonly HttpClient _client;

    public WebSearch(SearchOptions options)
    {
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            Timeout = TimeSpan.FromSeconds(15),
            MaxResponseContentBufferSize = 2 * 1024 * 1024,
        };
        if (options.SearxngUrl.Length == 0)
            return;
        _client.BaseAddress = new Uri(options.SearxngUrl.TrimEnd('/') + "/");
        Tools =
        [
            new(
                "web_search",
                AIFunctionFactory.Create(SearchAsync, "web_search"),
                IsReadOnly: true
            ),
        ];
    }

    public IEnumerable<Tool> Tools { get; } = [];

    public void Dispose() => _client.Dispose();

    [Description("Searches the web and gives the best results with their addresses.")]
    private async Task<string> SearchAsync(
        [Description("What to look for.")] string query,
        CancellationToken cancellation
    )
    {
        Answer? answer;
        try
        {
            answer = await _client.GetFromJsonAsync<Answer>(
                $"search?format=json&q={Uri.EscapeDataString(query)}",
                cancellation
            );
        }
        catch (Exception failure)
            when (failure is HttpRequestException or System.Text.Json.JsonException)
        {
            throw new ToolRefused("The search server does not answer.");
        }
        if (answer?.Results is not { Count: > 0 } results)
            return "No results.";
        var text = new StringBuilder();
        foreach (
            var (result, number) in results
                .Take(MostResults)
                .Select((result, index) => (result, index + 1))
        )
        {
            text.Append($"[{number}] {result.Title}\n{result.Url}\n");
            var snippet = result.Content ?? "";
            text.Append(snippet.CutTo(LongestSnippet)).Append("\n\n");
        }
        return text.ToString();
    }

    private sealed record Answer([property: JsonPropertyName("results")] List<Result>? Results);

    private sealed record Result(
        [property: JsonPropertyName("title")] string? Title,
        [property: JsonPropertyName("url")] string? Url,
        [property: JsonPropertyName("content")] string? Content
    );
}
