using Microsoft.Extensions.Configuration;
using Millrace.Core.Settings;
using Millrace.Models.Discovery;

namespace Millrace.Models.Routing;

/// <summary>Reads a provider key that the settings give as <c>secret:NAME</c>. Null when there is no such secret.</summary>
public delegate string? ProviderSecret(string name);

/// <summary>All providers of this process, connected at the start and closed at its end.</summary>
internal sealed class Connections : IDisposable
{
    private readonly List<Provider> _open = [];
    private readonly List<(ModelCard Card, Provider Provider)> _chosen = [];

    public Connections(
        ModelsOptions options,
        IConfiguration environment,
        IReadOnlyList<FoundModel> chosen,
        Provider embedded,
        ProviderSecret? secret,
        TimeProvider time
    )
    {
        Embedded = embedded;
        var providers = new List<Provider> { embedded };
        foreach (var provider in options.Providers)
            providers.Add(Provider.Connect(provider, Key(provider, secret), options, time));
        // A provider without served models takes any name.
        _open.AddRange(
            providers.Where(provider =>
                provider != embedded
                && !options.Served.Any(model => Same(model.Provider, provider.Name))
            )
        );
        var isConfigured = providers.Count > 1;
        foreach (var found in EnvironmentProviders(environment))
        {
            if (providers.Exists(provider => Same(provider.Name, found.Name)))
                continue;
            var provider = Provider.Connect(found, found.ApiKey, options, time);
            providers.Add(provider);
            // What is configured comes before keys that happen to be in the environment.
            if (!isConfigured)
                _open.Add(provider);
        }
        foreach (var group in chosen.GroupBy(model => (model.Server, model.BaseUrl)))
        {
            var settings = new ProviderOptions
            {
                Name = group.Key.Server,
                BaseUrl = group.Key.BaseUrl,
            };
            if (providers.Exists(provider => Same(provider.Name, settings.Name)))
                continue;
            var provider = Provider.Connect(settings, null, options, time);
            providers.Add(provider);
            foreach (var model in group)
                _chosen.Add(
                    (
                        new ModelCard(model.Name, provider.Name, model.Name)
                        {
                            // Most local models are blind, and one that is makes up what it cannot see.
                            Capabilities = Capabilities.Tools | Capabilities.JsonSchema,
                        },
                        provider
                    )
                );
        }
        Providers = providers;
        DefaultOfOpen = DefaultOf(_open.FirstOrDefault(), environment);
    }

    public IReadOnlyList<Provider> Providers { get; }
    public Provider Embedded { get; }

    /// <summary>Providers that take any model's name, the preferred one first.</summary>
    public IReadOnlyList<Provider> Open => _open;

    /// <summary>Models found on this machine that the operator chose.</summary>
    public IReadOnlyList<(ModelCard Card, Provider Provider)> Chosen => _chosen;

    /// <summary>The model that is asked when a caller names none and nothing is served by name.</summary>
    public ModelCard? DefaultOfOpen { get; }

    public bool IsChosen(ModelCard card) => _chosen.Exists(chosen => chosen.Card == card);

    public void Dispose()
    {
        foreach (var provider in Providers)
            provider.Dispose();
    }

    private static IEnumerable<ProviderOptions> EnvironmentProviders(IConfiguration environment)
    {
        foreach (
            var (name, kind, prefix) in new[]
            {
                ("openai", ProviderKind.OpenAi, "OPENAI"),
                ("anthropic", ProviderKind.Anthropic, "ANTHROPIC"),
            }
        )
        {
            var key = Text(environment[$"{prefix}_API_KEY"]);
            var address = Text(environment[$"{prefix}_BASE_URL"]);
            if (key is null && address is null)
                continue;
            if (address is not null && !ProviderOptions.IsWebAddress(address))
                throw new SettingsException(
                    $"{prefix}_BASE_URL is not an http or https address; give one, or unset it."
                );
            yield return new ProviderOptions
            {
                Name = name,
                Kind = kind,
                ApiKey = key,
                BaseUrl = address,
            };
        }
    }

    private static ModelCard? DefaultOf(Provider? provider, IConfiguration environment) =>
        provider?.Kind switch
        {
            null => null,
            ProviderKind.Anthropic => Card(
                provider,
                Text(environment["ANTHROPIC_MODEL"]) ?? "claude-sonnet-4-5"
            ),
            ProviderKind.OpenAi => Card(
                provider,
                Text(environment["OPENAI_MODEL"]) ?? "gpt-4o-mini"
            ),
            _ => throw new SettingsException(
                $"Millrace:Models:Default is missing; name the model of provider {provider.Name} that answers callers who name none."
            ),
        };

    private static ModelCard Card(Provider provider, string model) =>
        new(model, provider.Name, model);

    private static string? Key(ProviderOptions provider, ProviderSecret? secret)
    {
        if (
            provider.ApiKey?.StartsWith(ModelsOptions.SecretPrefix, StringComparison.Ordinal)
            != true
        )
            return Text(provider.ApiKey);
        var name = provider.ApiKey[ModelsOptions.SecretPrefix.Length..];
        return secret?.Invoke(name)
            ?? throw new SettingsException(
                $"Millrace:Models:Providers: the key of {provider.Name} is secret {name}, which is not there. Store it, or give the key itself."
            );
    }

    private static string? Text(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool Same(string left, string right) =>
        left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
