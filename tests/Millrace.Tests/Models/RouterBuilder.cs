using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Models;
using Millrace.Models.Discovery;
using Millrace.Models.Routing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Models;

/// <summary>A router over doubles, configured as an operator would.</summary>
public sealed class RouterBuilder
{
    private readonly Dictionary<string, string?> _settings = [];
    private readonly ServiceCollection _services = [];
    private int _providers;
    private int _served;

    public RouterBuilder With(string name, string? value)
    {
        _settings[name] = value;
        return this;
    }

    public RouterBuilder Models(string name, string value) =>
        With($"Millrace:Models:{name}", value);

    /// <summary>A provider of that name with one model, <c>{name}-model</c>, known there as <c>{name}-upstream</c>.</summary>
    public RouterBuilder Provider(
        string name,
        ModelDouble server,
        params (string Setting, string Value)[] model
    ) =>
        Provider(
            name,
            server is AnthropicDouble ? server.Root : server.Root + "/v1",
            server is AnthropicDouble,
            model
        );

    public RouterBuilder Provider(
        string name,
        string baseUrl,
        bool isAnthropic,
        params (string Setting, string Value)[] model
    )
    {
        var provider = $"Millrace:Models:Providers:{_providers++}";
        With($"{provider}:Name", name);
        With($"{provider}:Kind", isAnthropic ? "Anthropic" : "OpenAi");
        With($"{provider}:BaseUrl", baseUrl);
        With($"{provider}:ApiKey", "key-of-" + name);
        var served = $"Millrace:Models:Served:{_served++}";
        With($"{served}:Name", name + "-model");
        With($"{served}:Provider", name);
        With($"{served}:Upstream", name + "-upstream");
        foreach (var (setting, value) in model)
            With($"{served}:{setting}", value);
        return this;
    }

    public RouterBuilder Time(TimeProvider time)
    {
        _services.AddSingleton(time);
        return this;
    }

    public RouterBuilder Local(IChatClient chat)
    {
        _services.AddKeyedSingleton(EmbeddedModels.Local, chat);
        return this;
    }

    public ModelRouter Build(params FoundModel[] chosen)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(_settings).Build();
        _services.AddModels(configuration, chosen);
        return _services.BuildServiceProvider().GetRequiredService<ModelRouter>();
    }

    public static ModelRequest Ask(ModelRouter router, string? model, string text = "Hi") =>
        new(router.Resolve(model), [new ChatMessage(ChatRole.User, text)]);
}
