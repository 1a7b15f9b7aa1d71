using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Storage;

namespace Millrace.Core.Secrets;

public static class SecretsRegistration
{
    /// <summary>Adds <see cref="SecretsService"/>. The master key is read, or made, when it is first asked for.</summary>
    public static IServiceCollection AddSecrets(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.TryAddSingleton(provider => new MasterKeys(
            provider.GetRequiredService<DataFolder>(),
            configuration[MasterKeys.Variable],
            configuration[MasterKeys.PreviousVariable]
        ));
        services.TryAddSingleton<SecretsService>();
        services.TryAddSingleton<OperatorSecrets>();
        return services;
    }
}
