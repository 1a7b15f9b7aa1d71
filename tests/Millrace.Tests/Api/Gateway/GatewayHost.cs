using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Metering;
using Millrace.Server.Starting;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Api.Gateway;

/// <summary>A whole server on a free port, with a data folder of its own and a key to its gateways.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-");
    private readonly Dictionary<string, string?> _settings = [];
    private MillraceHost? _host;
    private int _providers;

    private GatewayHost() { }

    public HttpClient Client { get; } = new();
    public string Key { get; private set; } = "";

    public T Get<T>()
        where T : notnull => _host!.Services.GetRequiredService<T>();

    public static async Task<GatewayHost> StartAsync(Action<GatewayHost>? configure = null)
    {
        var host = new GatewayHost();
        host._settings["Millrace:Data:Folder"] = host._folder.FullName;
        host._settings["Millrace:Server:Urls"] = "http://127.0.0.1:0";
        configure?.Invoke(host);
        host._host = MillraceHost.Build(settings => settings.AddInMemoryCollection(host._settings));
        await host._host.OpenAsync(default);
        await host._host.StartAsync(default);
        host.Client.BaseAddress = new Uri(host._host.Addresses.First());
        host.Key = await host.NewKeyAsync(new NewApiKey());
        return host;
    }

    public GatewayHost With(string setting, string value)
    {
        _settings["Millrace:" + setting] = value;
        return this;
    }

    /// <summary>A provider of that name with the model <c>{name}-model</c>.</summary>
    public GatewayHost Provider(string name, ModelDouble server, params (string, string)[] model)
    {
        var isAnthropic = server is AnthropicDouble;
        var (provider, served) = (
            $"Models:Providers:{_providers}",
            $"Models:Served:{_providers++}"
        );
        With($"{provider}:Name", name);
        With($"{provider}:Kind", isAnthropic ? "Anthropic" : "OpenAi");
        With($"{provider}:BaseUrl", isAnthropic ? server.Root : server.Root + "/v1");
        With($"{provider}:ApiKey", "key-of-" + name);
        With($"{served}:Name", name + "-model");
        With($"{served}:Provider", name);
        With($"{served}:Upstream", name + "-upstream");
        foreach (var (setting, value) in model)
            With($"{served}:{setting}", value);
        return this;
    }

    public async Task<string> NewKeyAsync(NewApiKey key) =>
        (await Get<ApiKeys>().CreateAsync(key)).Secret;

    /// <summary>Posts with the key in both headers, as either library would in one.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string path,
        string body,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-api-key", Key);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<JsonNode> JsonAsync(string path, string body, int status = 200)
    {
        using var answer = await PostAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The events of a stream: name (empty when it has none) and data.</summary>
    public async Task<List<(string Name, string Data)>> EventsAsync(string path, string body)
    {
        using var answer = await PostAsync(path, body);
        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var text = await answer.Content.ReadAsStringAsync();
        return
        [
            .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Where(item => !item.StartsWith(':'))
                .Select(item => (Field(item, "event: "), Field(item, "data: "))),
        ];
    }

    /// <summary>What the key used, once everything is folded into the tables.</summary>
    public async Task<KeyUsage> UsageAsync()
    {
        await Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>()
            .OfType<UsageFold>()
            .Single()
            .FoldAsync();
        var caller = await Get<ApiKeys>().AuthenticateAsync(Key);
        return await Get<UsageReport>().OfKeyAsync(caller.Workspace, caller.Key);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_host is not null)
        {
            await _host.StopAsync(default);
            await _host.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }

    private static string Field(string item, string name) =>
        item.Split('\n')
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))
            ?[name.Length..]
        ?? "";
}
