using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;

namespace Millrace.Core.Storage;

public static class StorageRegistration
{
    /// <summary>Registers the <see cref="Store"/>: PostgreSQL when it is configured, else the file in the data folder.</summary>
    public static IServiceCollection AddStorage(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        var options = services.AddSection<StorageOptions>(configuration);
        services.AddSingleton<Store>(provider =>
        {
            var maps = provider.GetServices<StorageMap>().ToList();
            return options.Postgres.Length > 0
                ? new PostgresStore(options, maps)
                : new SqliteStore(
                    provider.GetRequiredService<DataFolder>().File("millrace.db"),
                    options.Readers,
                    maps
                );
        });
        return services;
    }

    /// <summary>Registers what one floor keeps in the database.</summary>
    public static IServiceCollection AddStorageMap(
        this IServiceCollection services,
        string floor,
        System.Reflection.Assembly assembly
    ) => services.AddSingleton(new StorageMap(floor, assembly));
}
