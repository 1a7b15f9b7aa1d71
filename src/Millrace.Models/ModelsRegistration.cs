using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Millrace.Core.Health;
using Millrace.Core.Settings;
using Millrace.Models.Discovery;
using Millrace.Models.Embedded;
using Millrace.Models.Images;
using Millrace.Models.Languages;
using Millrace.Models.Local;
using Millrace.Models.Routing;

namespace Millrace.Models;

public static class ModelsRegistration
{
    /// <summary>
    /// Registers <see cref="ModelRouter"/> over what the settings and the provider keys in the environment connect.
    /// The embedded models are keyed services (<see cref="EmbeddedModels"/>), made when they are first asked.
    /// </summary>
    /// <param name="configuration">Settings, and the environment's variables by their names.</param>
    /// <param name="chosen">Models found on this machine that may be used, the default one first.</param>
    public static IServiceCollection AddModels(
        this IServiceCollection services,
        IConfiguration configuration,
        IReadOnlyList<FoundModel>? chosen = null
    )
    {
        var options = services.AddSection<ModelsOptions>(configuration);
        services.AddEmbedded(configuration);
        services.AddOcr(configuration);
        services.AddSingleton<IHealthProbe, ModelProbe>();
        services.AddSingleton<IHealthProbe, EmbeddingProbe>();
        services.AddSingleton(provider => new Connections(
            options,
            configuration,
            chosen ?? [],
            Provider.Embedded(
                EmbeddedModels.Provider,
                () => provider.GetKeyedService<IChatClient>(EmbeddedModels.Local),
                () =>
                    provider.GetKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(
                        EmbeddedModels.UseLite
                    )
            ),
            provider.GetService<ProviderSecret>(),
            Time(provider)
        ));
        services.AddSingleton(provider => new ModelCatalog(
            options,
            provider.GetRequiredService<Connections>()
        ));
        services.AddSingleton(provider => new ProviderCheck(
            provider.GetRequiredService<ModelCatalog>()
        ));
        services.AddSingleton(provider => new ModelRouter(
            provider.GetRequiredService<ModelCatalog>(),
            options,
            Time(provider)
        ));
        return services;
    }

    private static void AddEmbedded(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSection<LocalModelOptions>(configuration);
        services.TryAddSingleton(EmbeddedModelFiles.Beside);
        services.TryAddSingleton<UseLiteEmbedder>();
        services.TryAddSingleton<WordNearness>();
        services.TryAddSingleton<LanguageDetector>();
        services.TryAddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
            EmbeddedModels.UseLite,
            (provider, _) => provider.GetRequiredService<UseLiteEmbedder>()
        );
        services.TryAddKeyedSingleton<IChatClient>(
            EmbeddedModels.Local,
            (provider, _) =>
                new LocalChatModel(
                    provider.GetRequiredService<UseLiteEmbedder>(),
                    Time(provider),
                    provider.GetRequiredService<LocalModelOptions>(),
                    provider.GetService<ILogger<LocalChatModel>>()
                )
        );
    }

    private static TimeProvider Time(IServiceProvider provider) =>
        provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
